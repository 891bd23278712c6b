/*
 * fiber_aarch64.S - the switch: callee-saved registers and a stack pointer, no system call.
 *
 * x18 is the platform's; the floating-point control register is not saved, as on x86-64.
 */
#if defined(__aarch64__) && !defined(RONDO_UCONTEXT)
    .text

    .globl fiber_swap_registers
    .hidden fiber_swap_registers
    .type fiber_swap_registers, %function
fiber_swap_registers:
    .cfi_startproc
    hint #34                    /* bti c */
    sub sp, sp, #160
    stp x19, x20, [sp]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
    .cfi_endproc
    .size fiber_swap_registers, . - fiber_swap_registers

    .globl fiber_first_frame
    .hidden fiber_first_frame
    .type fiber_first_frame, %function
fiber_first_frame:
    .cfi_startproc
    .cfi_undefined x30          /* unwinders and gdb stop here */
    hint #36                    /* bti j */
    blr x19
    brk #1
    .cfi_endproc
    .size fiber_first_frame, . - fiber_first_frame
#endif
    .section .note.GNU-stack, "", %progbits
