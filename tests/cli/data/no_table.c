/*
 * no_table.c - a shared object, but not a module.
 */
int rondo_is_not_told_of_this(void);

int rondo_is_not_told_of_this(void)
{
    return 0;
}
