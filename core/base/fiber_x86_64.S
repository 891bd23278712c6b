/*
 * fiber_x86_64.S - the switch: callee-saved registers and a stack pointer, no system call.
 *
 * The floating-point environment (mxcsr, x87 control word) is not saved: a task that changes the
 * rounding mode changes it for all, as it would for other threads of control in one thread.
 */
#if defined(__x86_64__) && !defined(RONDO_UCONTEXT)
    .text

    .globl fiber_swap_registers
    .hidden fiber_swap_registers
    .type fiber_swap_registers, @function
fiber_swap_registers:
    .cfi_startproc
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .cfi_endproc
    .size fiber_swap_registers, . - fiber_swap_registers

    .globl fiber_first_frame
    .hidden fiber_first_frame
    .type fiber_first_frame, @function
fiber_first_frame:
    .cfi_startproc
    .cfi_undefined rip          /* unwinders and gdb stop here */
    callq *%rbx
    ud2
    .cfi_endproc
    .size fiber_first_frame, . - fiber_first_frame
#endif
    .section .note.GNU-stack, "", @progbits
