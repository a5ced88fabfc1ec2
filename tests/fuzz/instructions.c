// SPDX-License-Identifier: MIT
// Random instructions, each executed once in the same world, and a line about what became of it:
//
//   instructions SEED FIRST COUNT [verbose]
//
// Whoever executes them as the processor does prints what the bare machine prints. No C library:
// the world has no thread pointer, and nothing here needs one. System calls and what a processor
// tells about itself are not drawn.
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef unsigned long word;

#ifdef __x86_64__
#define WIDE 1
enum { kWrite = 1, kMmap = 9, kSigaction = 13, kItimer = 38, kExit = 60, kAltStack = 131 };
enum { kModifyLdt = 154, kArchPrctl = 158, kRegisters = 16, kSp = 4 };
static long call(long n, word a, word b, word c, word d, word e, word f) {
  long result;
  register word r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#else
#define WIDE 0
enum { kExit = 1, kWrite = 4, kItimer = 104, kModifyLdt = 123, kSigaction = 174 };
enum { kAltStack = 186, kMmap = 192, kSetThreadArea = 243, kRegisters = 8, kSp = 4 };
static long call(long n, word a, word b, word c, word d, word e, word f) {
  long result;
  __asm__ volatile("push %%ebp\n mov %7, %%ebp\n int $0x80\n pop %%ebp"
                   : "=a"(result)
                   : "a"(n), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), "m"(f)
                   : "memory");
  return result;
}
#endif

void* memcpy(void* to, const void* from, word size) {
  u8* at = to;
  for (const u8* byte = from; size-- != 0;) *at++ = *byte++;
  return to;
}
void* memset(void* to, int value, word size) {
  for (u8* at = to; size-- != 0;) *at++ = (u8)value;
  return to;
}

enum { kPage = 4096, kCode = 0x20000000, kData = 0x21000000, kStack = 0x22000000 };
enum { kSignals = 0x23000000, kSignalRoom = 65536, kStart = kCode + 0x800 };

// Registers by encoding, what the assembly below loads them from, and what a signal's frame told.
struct World {
  word registers[16], flags, resume_sp;
  u8 state[512] __attribute__((aligned(16)));
} world __attribute__((aligned(16)));
struct Outcome {
  word registers[16], flags, ip, error, trap, address;
  u16 cs, ss, ds, es, fs, gs;
  int signal, code;
  u8 state[416];
} outcome;
static u8 data_template[2 * kPage], stack_template[2 * kPage];
static int strikes;

void enter_world(void);
void leave_world(void);
void return_from_signal(void);
#if WIDE
__asm__(R"(
.text
enter_world:
  push %rbx
  push %rbp
  push %r12
  push %r13
  push %r14
  push %r15
  mov %rsp, world+136
  fxrstor64 world+144
  push world+128
  popfq
  mov world+0, %rax
  mov world+8, %rcx
  mov world+16, %rdx
  mov world+24, %rbx
  mov world+40, %rbp
  mov world+48, %rsi
  mov world+56, %rdi
  mov world+64, %r8
  mov world+72, %r9
  mov world+80, %r10
  mov world+88, %r11
  mov world+96, %r12
  mov world+104, %r13
  mov world+112, %r14
  mov world+120, %r15
  mov world+32, %rsp
  jmp *start
leave_world:
  mov world+136, %rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbp
  pop %rbx
  ret
return_from_signal:
  mov $15, %eax
  syscall
.globl _start
_start:
  mov %rsp, %rdi
  and $-16, %rsp
  call begin
.data
start: .quad 0x20000800
.text
)");
#else
__asm__(R"(
.text
enter_world:
  push %ebx
  push %ebp
  push %esi
  push %edi
  mov %esp, world+68
  fxrstor world+80
  push world+64
  popf
  mov world+0, %eax
  mov world+4, %ecx
  mov world+8, %edx
  mov world+12, %ebx
  mov world+20, %ebp
  mov world+24, %esi
  mov world+28, %edi
  mov world+16, %esp
  jmp *start
leave_world:
  mov world+68, %esp
  pop %edi
  pop %esi
  pop %ebp
  pop %ebx
  ret
return_from_signal:
  mov $173, %eax
  int $0x80
.globl _start
_start:
  mov %esp, %eax
  and $-16, %esp
  sub $12, %esp
  push %eax
  call begin
.data
start: .long 0x20000800
.text
)");
#endif

// Signal frames: arch/x86/include/uapi/asm/sigcontext.h and ucontext.h of Linux.
struct SigInfo {
  int signal, error, code;
#if WIDE
  int padding;
#endif
  word address;
};
#if WIDE
struct Context {
  word flags, link, stack[3];
  word r8[8], di, si, bp, bx, dx, ax, cx, sp, ip, rflags;
  u16 cs, gs, fs, ss;
  word error, trap, old_mask, cr2;
  u8* state;
};
struct SigAction {
  void* handler;
  word flags;
  void* restorer;
  u64 mask;
};
#else
struct Context {
  word flags, link, stack[3];
  u16 gs, gs_high, fs, fs_high, es, es_high, ds, ds_high;
  word di, si, bp, sp, bx, dx, cx, ax, trap, error, ip;
  u16 cs, cs_high;
  word rflags, sp_at_signal;
  u16 ss, ss_high;
  u8* state;
  word old_mask, cr2;
};
struct SigAction {
  void* handler;
  word flags;
  void* restorer;
  u64 mask;
};
#endif

enum { kVtAlarm = 26, kStrikes = 3 };

static void arm(void) {
  const word soon[4] = {0, 0, 0, 2000};
  call(kItimer, 1, (word)soon, 0, 0, 0, 0);
}

static void note(int signal, const struct SigInfo* info, const struct Context* c) {
  const word registers[16] = {
    c->ax,
    c->cx,
    c->dx,
    c->bx,
    c->sp,
    c->bp,
    c->si,
    c->di,
#if WIDE
    c->r8[0],
    c->r8[1],
    c->r8[2],
    c->r8[3],
    c->r8[4],
    c->r8[5],
    c->r8[6],
    c->r8[7]
#endif
  };
  memcpy(outcome.registers, registers, sizeof registers);
  outcome.flags = c->rflags, outcome.ip = c->ip, outcome.error = c->error, outcome.trap = c->trap;
  outcome.cs = c->cs, outcome.ss = c->ss, outcome.fs = c->fs, outcome.gs = c->gs;
#if WIDE
  __asm__("mov %%ds, %0" : "=rm"(outcome.ds));
  __asm__("mov %%es, %0" : "=rm"(outcome.es));
  __asm__("mov %%fs, %0" : "=rm"(outcome.fs));
  __asm__("mov %%gs, %0" : "=rm"(outcome.gs));
  const u8* state = c->state;
#else
  outcome.ds = c->ds, outcome.es = c->es;
  const u8* state = c->state + 112;
#endif
  outcome.signal = signal, outcome.code = info->code, outcome.address = info->address;
  memcpy(outcome.state, state, sizeof outcome.state);
}

static void on_signal(int signal, struct SigInfo* info, struct Context* context) {
  if (signal == kVtAlarm && ++strikes < kStrikes) return arm();
  note(signal, info, context);
  context->ip = (word)leave_world;
  context->cs = WIDE ? 0x33 : 0x23;
  context->ss = 0x2b;
  context->rflags = 0x202;
  context->state = 0;
#if !WIDE
  context->ds = context->es = 0x2b;
#endif
}

static u64 seed;
static u64 next(void) {  // SplitMix64, Steele, Lea and Flood 2014
  u64 z = seed += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}
static u32 below(u32 n) {
  return (u32)((next() >> 32) * n >> 32);
}
#define ONE_OF(list) ((list)[below(sizeof(list) / sizeof((list)[0]))])

struct Code {
  u8 bytes[64];
  u32 size;
} code;

static void put(u8 byte) {
  if (code.size < sizeof code.bytes) code.bytes[code.size++] = byte;
}
static void put32(u32 value) {
  for (int i = 0; i < 4; ++i) put((u8)(value >> 8 * i));
}

static const u8 kPrefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x64, 0x65, 0x65, 0x66, 0x66,
                               0x67, 0xf2, 0xf3, 0x48, 0x41, 0x44, 0x4f, 0x64, 0x65};

static void draw_prefixes(u32 most) {
  for (u32 n = below(most + 1); n != 0; --n) {
    const u8 prefix = ONE_OF(kPrefixes);
    if (WIDE || (prefix & 0xf0) != 0x40) put(prefix);
  }
}

/// ModRM and what follows it: a register, or memory that often is there.
static void draw_modrm(u8 reg) {
  const u32 form = below(8);
  if (form == 0) return put((u8)(0xc0 | reg << 3 | below(8)));
  if (form == 1) {
    put((u8)(reg << 3 | 5));
    return put32(WIDE ? (u32)(kData - kStart) + below(4096) : kData + below(4096));
  }
  if (form == 2) {
    put((u8)(reg << 3 | 4));
    put(0x25);
    return put32(below(2) != 0 ? below(256) : kData + below(8192));
  }
  static const u8 kBases[] = {3, 5, 6, 7};
  const u8 base = ONE_OF(kBases);
  if (form < 6) {
    put((u8)(0x40 | reg << 3 | base));
    return put((u8)below(256));
  }
  put((u8)(0x44 | reg << 3));
  put((u8)(base | below(8) << 3 | below(4) << 6));
  put((u8)below(256));
}

static void draw_prefixed(void) {
  static const u8 kModrm[] = {0x8b, 0x89, 0x8a, 0x88, 0x03, 0x01, 0x8d, 0x33, 0x39, 0x84, 0x8f};
  static const u8 kPlain[] = {0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf,
                              0xd7, 0x50, 0x58, 0x9c, 0x9d, 0x90, 0x99, 0xc9, 0x60, 0x61};
  static const u8 kTwoBytes[] = {0x6f, 0x7f, 0x10, 0x11, 0x28, 0x29, 0x2a, 0x58, 0xb6, 0xbf,
                                 0xa3, 0xab, 0xc1, 0xb1, 0xbc, 0x40, 0x94, 0xd6, 0xe7, 0x1f};
  draw_prefixes(6);
  switch (below(6)) {
    case 0:
      return put(ONE_OF(kPlain));
    case 1:
      put((u8)(0xa0 + below(4)));
      put32(kData + below(4096));
      if (WIDE) put32(below(8) == 0);
      return;
    case 2:
      put(0xc7);
      draw_modrm(0);
      return put32((u32)next());
    case 3:
      put(0x0f);
      put(ONE_OF(kTwoBytes));
      return draw_modrm((u8)below(8));
    case 4:
      put(0xff);
      return draw_modrm((u8)below(8));
    default:
      put(ONE_OF(kModrm));
      return draw_modrm((u8)below(8));
  }
}

static const u16 kSelectors[] = {0x23, 0x23, 0x33, 0x33, 0x2b, 0x2b, 0,    0,     0,    0x20,
                                 0x30, 0x28, 0x10, 0x18, 0x08, 0x7b, 0x83, 0xf3,  0x07, 0x0f,
                                 0x17, 0x1f, 0x27, 0x2f, 0x37, 0x43, 0x4b, 0xffff};

static word target(void) {
  static const u32 kOffsets[] = {0x810, 0x820, 0x830, 0xff0};
  const u32 odd = below(16);
  if (odd == 0) return (word)0x8000000000000000ull;
  if (odd == 1) return (word)next();
  if (odd == 2) return kData;
  return kCode + ONE_OF(kOffsets);
}

static void place(u8* at, u32 size, u64 value) {
  for (u32 i = 0; i < size; ++i) at[i] = (u8)(value >> 8 * i);
}

/// Far transfers, interrupt returns and loads of segment registers, with what they take prepared on
/// the stack and at kData + 0x100.
static void draw_far(void) {
  u8* const data = (u8*)(word)(kData + 0x100);
  u8* at = (u8*)world.registers[kSp];
  const u32 step = below(4) == 0 ? 2 : below(2) != 0 ? 4 : 8;
  if (world.registers[kSp] == kStack + kPage) {
    static const u32 kFlags[] = {0x202, 0x46, 0xed7, 0x40202, 0x200a02, 0x3202, 0x4202, 0x10202};
    const u64 values[] = {target(), ONE_OF(kSelectors), ONE_OF(kFlags), kStack + kPage - 64,
                          below(3) != 0 ? 0x2b : ONE_OF(kSelectors)};
    for (u32 i = 0; i < 5; ++i, at += step) place(at, step, values[i]);
  }
  place(data, step, target());
  place(data + step, 2, ONE_OF(kSelectors));
  world.registers[0] = ONE_OF(kSelectors);
  world.registers[3] = kData + 0x100;  // RBX
  static const u8 kSizes[] = {0, 0, 0x48, 0x48, 0x66, 0x66};
  const u8 size = ONE_OF(kSizes);
  if (below(4) == 0) draw_prefixes(2);
  if (size != 0 && (WIDE || size != 0x48)) put(size);
  static const u8 kLoads[] = {0xb2, 0xb4, 0xb5};
  static const u8 kPushPop[] = {0xa0, 0xa1, 0xa8, 0xa9};
  static const u8 kOld[] = {0x06, 0x07, 0x0e, 0x16, 0x17, 0x1e, 0x1f, 0xc4, 0xc5, 0x9a, 0xea};
  switch (below(9)) {
    case 0:
      return put(0xcb);
    case 1:
      put(0xca);
      put((u8)(below(4) * 8));
      return put(0);
    case 2:
    case 3:
      return put(0xcf);
    case 4:
      put(0xff);
      return put(below(2) != 0 ? 0x1b : 0x2b);
    case 5:
      put(0x0f);
      put(ONE_OF(kLoads));
      return put((u8)(0x03 | below(8) << 3));
    case 6:
      put(below(3) != 0 ? 0x8e : 0x8c);
      return put((u8)((below(2) != 0 ? 0xc0 : 0x03) | below(6) << 3));
    case 7:
      put(0x0f);
      return put(ONE_OF(kPushPop));
    default: {
      const u8 opcode = ONE_OF(kOld);
      put(opcode);
      if (opcode == 0xc4 || opcode == 0xc5) put((u8)(0x03 | below(8) << 3));
      if (opcode == 0x9a || opcode == 0xea) {
        put32((u32)target());
        const u16 selector = ONE_OF(kSelectors);
        put((u8)selector);
        put((u8)(selector >> 8));
      }
    }
  }
}

/// x87 instructions, and what shows their pointers.
static void draw_x87(void) {
  for (u32 n = 1 + below(4); n != 0; --n) {
    if (below(4) == 0) draw_prefixes(1);
    put((u8)(0xd8 + below(8)));
    if (below(3) == 0)
      draw_modrm((u8)below(8));
    else
      put((u8)(0xc0 + below(64)));
  }
  static const u8 kSaves[][3] = {{0xd9, 0x73, 0}, {0xdd, 0x73, 0}, {0x0f, 0xae, 0x43}};
  const u8* const save = ONE_OF(kSaves);
  world.registers[3] = kData + 0x400;
  if (below(4) == 0) put(0x66);
  if (WIDE && below(2) != 0) put(0x48);
  put(save[0]);
  put(save[1]);
  if (save[0] == 0x0f) put(save[2]);
  put(0x10);
}

/// Code that writes to what follows it, and branches.
static void draw_changing(void) {
  world.registers[3] = kStart;
  const u32 size = 1 + below(2);
  for (u32 n = 1 + below(3); n != 0; --n) {
    put(size == 1 ? 0xc6 : 0xc7);  // mov $imm, disp8(%rbx)
    put(0x43);
    put((u8)below(40));
    static const u8 kNew[] = {0x90, 0xcc, 0x40, 0x48, 0xc3, 0xf4, 0x99, 0xeb};
    for (u32 i = 0; i < (size == 1 ? 1u : 4u); ++i) put(ONE_OF(kNew));
    if (below(2) != 0) {
      put(0xeb);
      put((u8)below(4));
    }
  }
  for (u32 n = below(16); n != 0; --n) put(0x90);
}

static void draw_random(void) {
  for (u32 n = 1 + below(15); n != 0; --n) put((u8)next());
}

/// Whether some byte begins what is not comparable: system calls, and what depends on the processor
/// or on the moment.
static int is_avoided(void) {
  for (u32 i = 0; i + 1 < code.size; ++i) {
    const u8 first = code.bytes[i], second = code.bytes[i + 1];
    if (first == 0xcd || first == 0x62 || (first >= 0xc4 && first <= 0xc5 && WIDE)) return 1;
    if ((first & 0xfe) == 0xc6 && second == 0xf8) return 1;  // XABORT, XBEGIN
    if (first != 0x0f) continue;
    switch (second) {
      case 0x00:  // SLDT and its like
      case 0x01:  // SGDT and its like
      case 0x05:  // SYSCALL
      case 0x31:  // RDTSC
      case 0x33:  // RDPMC
      case 0x34:  // SYSENTER
      case 0x38:  // SHA and others by CPUID
      case 0xa2:  // CPUID
      case 0xc7:  // RDRAND, RDPID, XSAVEC
        return 1;
      case 0xae: {  // XSAVE, XRSTOR, FSGSBASE
        const u32 reg = code.bytes[(i + 2) % sizeof code.bytes] >> 3 & 7;
        if (reg >= 4 || (code.bytes[(i + 2) % sizeof code.bytes] >> 6) == 3) return 1;
        break;
      }
      default:
        break;
    }
  }
  return 0;
}

static void draw_registers(void) {
  for (u32 i = 0; i < kRegisters; ++i) {
    switch (below(6)) {
      case 0:
        world.registers[i] = (word)next();
        break;
      case 1:
        world.registers[i] = below(64);
        break;
      case 2:
        world.registers[i] = kStack + kPage + below(64) * 8;
        break;
      default:
        world.registers[i] = kData + kPage - 256 + below(512);
    }
  }
  world.registers[1] = below(4) != 0 ? below(40) : world.registers[1];  // RCX: how often
  world.registers[kSp] = kStack + kPage;
  if (below(24) == 0) world.registers[kSp] = kStack + below(8);
  if (below(48) == 0) world.registers[kSp] = (word)next();
  static const u32 kFlags[] = {0x202, 0x246, 0x203, 0xa02, 0x602, 0xed7};
  world.flags = ONE_OF(kFlags);
}

static char line[2048];
static u32 length;
static void text(const char* s) {
  for (; *s != 0; ++s) line[length++] = *s;
}
static void number(u64 value, u32 digits) {
  for (u32 i = 1; i < 16 && digits == 0; ++i)
    if (value >> 4 * i == 0) digits = i;
  if (digits == 0) digits = 16;
  while (digits-- != 0) line[length++] = "0123456789abcdef"[value >> 4 * digits & 15];
}
static u64 hash(const void* bytes, u32 size) {
  u64 sum = 0xcbf29ce484222325;
  for (const u8* at = bytes; size-- != 0; ++at) sum = (sum ^ *at) * 0x100000001b3;
  return sum ^ sum >> 32;
}
static void named(const char* name, u64 value) {
  text(name);
  number(value, 0);
}

/// Which bits of MXCSR there are is the processor's, not the program's.
static void forget_mxcsr_mask(void) {
  for (u32 i = 28; i < 32; ++i) outcome.state[i] = 0;
}

static void tell(u64 n, int verbose) {
  length = 0;
#if WIDE
  // Upper halves are undefined behind a change of mode (SDM vol. 1, 3.4.1.1).
  for (u32 i = 0; i < 8 && outcome.cs != 0x33; ++i)
    outcome.registers[i] = (u32)outcome.registers[i];
#endif
  named("", n);
  text(" ");
  for (u32 i = 0; i < code.size; ++i) number(code.bytes[i], 2);
  named(" sig ", (u64)outcome.signal);
  if (outcome.signal != kVtAlarm) {
    named(" code ", (u32)outcome.code);
    named(" trap ", outcome.trap);
    named(" err ", outcome.error);
    named(" addr ", outcome.address);
    named(" ip ", outcome.ip);
    named(" fl ", outcome.flags & ~0x10000ul);
    const u16 segments[] = {outcome.cs, outcome.ss, outcome.ds, outcome.es, outcome.fs, outcome.gs};
    for (u32 i = 0; i < 6; ++i) named(i == 0 ? " seg " : ",", segments[i]);
    for (u32 i = 0; i < kRegisters && verbose; ++i)
      named(i == 0 ? " gpr " : ",", outcome.registers[i]);
    for (u32 i = 0; i < 416 && verbose; ++i) {
      if (i % 16 == 0) text("\n   ");
      number(outcome.state[i], 2);
    }
    named(" gpr ", (u32)hash(outcome.registers, kRegisters * sizeof(word)));
    named(" fpu ", (u32)hash(outcome.state, sizeof outcome.state));
    named(" mem ", (u32)hash((void*)kData, 2 * kPage));
    named(" ", (u32)hash((void*)kStack, 2 * kPage));
  }
  text("\n");
  call(kWrite, 1, (word)line, length, 0, 0, 0);
}

struct UserDesc {
  u32 entry, base, limit, bits;
};

static int only_tables;

/// Entries of any kind that ringfare runs with: code is of 32 bits and begins at 0, data is flat.
static void draw_tables(void) {
  enum { kEntries = 8, kCode32 = 0x5, kNotPresent = 0x20, kUseable = 0x40, kInPages = 0x10 };
  for (u32 i = 0; i < kEntries; ++i) {
    const int is_code = below(2) != 0;
    struct UserDesc entry = {i, 0, 0xfffff, kInPages};
    entry.bits |= is_code ? kCode32 : 1;
    if (WIDE && !is_code && below(4) == 0) entry.base = kData + below(64);
    if (is_code && below(4) == 0) entry.limit = below(0x40000);
    if (below(2) != 0) entry.bits |= 8;  // execute only, or read only
    if (below(8) == 0) entry.bits |= kNotPresent;
    if (below(2) != 0) entry.bits |= kUseable;
    if (below(10) == 0) entry = (struct UserDesc){i, 0, 0, 0x28};  // empty
    call(kModifyLdt, 0x11, (word)&entry, sizeof entry, 0, 0, 0);
  }
}

static void draw(u64 n, u64 base) {
  do {
    code.size = 0;
    seed = base * 0x2545f4914f6cdd1d + n * 0x9e3779b97f4a7c15;
    base += 0x100000001;
    memcpy((void*)kData, data_template, sizeof data_template);
    memcpy((void*)kStack, stack_template, sizeof stack_template);
    draw_registers();
    if (only_tables) {
      draw_tables();
      draw_far();
      continue;
    }
    switch (below(8)) {
      case 0:
      case 1:
        draw_random();
        break;
      case 2:
      case 3:
        draw_prefixed();
        break;
      case 4:
      case 5:
        draw_far();
        break;
      case 6:
        draw_x87();
        break;
      default:
        draw_changing();
    }
  } while (is_avoided());
}

static void set_segments(void) {
  const u32 flat = WIDE ? 0 : 0x2b;
  __asm__ volatile("mov %0, %%ds\n mov %0, %%es" ::"r"(flat));
#if WIDE
  __asm__ volatile("mov %0, %%fs\n mov %0, %%gs" ::"r"(0));
  call(kArchPrctl, 0x1002, kData + 0x100, 0, 0, 0, 0);
  call(kArchPrctl, 0x1001, kData + 0x200, 0, 0, 0, 0);
#else
  __asm__ volatile("mov %0, %%fs\n mov %1, %%gs" ::"r"(0x2b), "r"(0x63));
#endif
}

static void execute(u64 n, u64 base, int verbose) {
  memset((void*)kCode, 0xcc, 2 * kPage);
  draw(n, base);
  memcpy((void*)kStart, code.bytes, code.size);
  strikes = 0;
  arm();
  set_segments();
  enter_world();
  forget_mxcsr_mask();
  tell(n, verbose);
}

static u64 value_of(const char* s) {
  u64 value = 0;
  for (; *s >= '0' && *s <= '9'; ++s) value = value * 10 + (u64)(*s - '0');
  return value;
}

static void map(word at, word size, int protection) {
  const long got = call(kMmap, at, size, (word)protection, 0x32, (word)-1, 0);
  if (got != (long)at) call(kExit, 3, 0, 0, 0, 0, 0);
}

static void set_tables(void) {
  // seg_32bit, contents, read_exec_only, limit_in_pages, seg_not_present, useable: modify_ldt(2).
  static const struct UserDesc kEntries[] = {{0, 0, 0xfffff, 0x11}, {1, 0, 0xfffff, 0x19},
                                             {2, 0, 0xfffff, 0x31}, {3, 0, 0xfffff, 0x15},
                                             {4, 0, 0xfffff, 0x17}, {5, 0, 0xfffff, 0x1d}};
  for (u32 i = 0; i < sizeof kEntries / sizeof kEntries[0]; ++i)
    call(kModifyLdt, 0x11, (word)&kEntries[i], sizeof kEntries[i], 0, 0, 0);
#if !WIDE
  struct UserDesc thread = {12, kData, 0xfffff, 0x51};
  call(kSetThreadArea, (word)&thread, 0, 0, 0, 0, 0);
#endif
}

__attribute__((used)) void begin(word* stack) {
  char** const arguments = (char**)(stack + 1);
  if (stack[0] < 4) call(kExit, 2, 0, 0, 0, 0, 0);
  map(kCode, 2 * kPage, 7);
  map(kData, 2 * kPage, 3);
  map(kStack, 2 * kPage, 3);
  map(kSignals, kSignalRoom, 3);
  const word room[3] = {kSignals, 0, kSignalRoom};
  call(kAltStack, (word)room, 0, 0, 0, 0, 0);
  const struct SigAction action = {on_signal, 0x4c000004, return_from_signal, 0};
  static const int kCaught[] = {4, 5, 7, 8, 11, kVtAlarm};
  for (u32 i = 0; i < 6; ++i) call(kSigaction, (word)kCaught[i], (word)&action, 0, 8, 0, 0);
  set_tables();
  const u64 base = value_of(arguments[1]), first = value_of(arguments[2]);
  seed = base;
  for (u32 i = 0; i < sizeof data_template; ++i) data_template[i] = (u8)next();
  for (u32 i = 0; i < sizeof stack_template; ++i) stack_template[i] = (u8)next();
  world.state[0] = 0x7f, world.state[1] = 3, world.state[4] = 0xff;  // FCW, all in use
  world.state[24] = 0x80, world.state[25] = 0x1f;                    // MXCSR
  for (u32 i = 32; i < 416; ++i) world.state[i] = i < 160 && i % 16 >= 10 ? 0 : (u8)next();
  for (u32 i = 0; i < 8; ++i) {
    world.state[32 + 16 * i + 7] |= 0x80;  // normal numbers
    world.state[32 + 16 * i + 9] = 0x3f;
  }
  const u64 count = value_of(arguments[3]);
  only_tables = stack[0] > 4 && arguments[4][0] == 't';
  for (u64 n = first; n < first + count; ++n) execute(n, base, stack[0] > 4 + (u32)only_tables);
  call(kExit, 0, 0, 0, 0, 0, 0);
}
