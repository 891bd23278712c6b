/*
 * folder.h - the folders that lead to a file that is to be written.
 */
#ifndef RONDO_RUN_FOLDER_H
#define RONDO_RUN_FOLDER_H

/* Make those that are not there. If one cannot be made, opening the file says why. */
void folder_make_for(const char *path);

#endif
