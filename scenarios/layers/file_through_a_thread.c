/*
 * 003-22: a file is written and then read, each in a thread, as aiofiles does it.
 */
#include "rondo.h"

#include <stdio.h>

struct file {
    FILE *stream;
    char contents[80];
};

static int write_file(void *arg, rondo_value *out)
{
    struct file *file = arg;

    (void)out;
    file->stream = tmpfile();
    if (file->stream == NULL || fputs("这是异步写入的内容", file->stream) < 0)
        return rondo_fail(RONDO_EUSER, "the file cannot be written");
    return 0;
}

static int read_file(void *arg, rondo_value *out)
{
    struct file *file = arg;

    rewind(file->stream);
    if (fgets(file->contents, sizeof file->contents, file->stream) == NULL)
        return rondo_fail(RONDO_EUSER, "the file cannot be read");
    fclose(file->stream);
    return rondo_return(out, (char *)file->contents);
}

static int main_coroutine(void *arg, rondo_value *out)
{
    static struct file file;
    rondo_value contents;

    (void)arg;
    (void)out;
    RONDO_TRY(rondo_to_thread(write_file, &file, NULL));
    RONDO_TRY(rondo_to_thread(read_file, &file, &contents));
    printf("读取到内容: %s\n", contents.as.text);
    return 0;
}

RONDO_PROGRAM(file_through_a_thread, main_coroutine);
