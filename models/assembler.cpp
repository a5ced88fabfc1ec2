// SPDX-License-Identifier: MIT
#include "models/assembler.hpp"

#include <llvm/MC/MCAsmBackend.h>
#include <llvm/MC/MCAsmInfo.h>
#include <llvm/MC/MCAssembler.h>
#include <llvm/MC/MCCodeEmitter.h>
#include <llvm/MC/MCContext.h>
#include <llvm/MC/MCELFStreamer.h>
#include <llvm/MC/MCExpr.h>
#include <llvm/MC/MCFixupKindInfo.h>
#include <llvm/MC/MCInst.h>
#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCObjectFileInfo.h>
#include <llvm/MC/MCObjectWriter.h>
#include <llvm/MC/MCParser/MCAsmParser.h>
#include <llvm/MC/MCParser/MCTargetAsmParser.h>
#include <llvm/MC/MCRegisterInfo.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/MCSymbol.h>
#include <llvm/MC/MCTargetOptions.h>
#include <llvm/MC/MCValue.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Support/TargetSelect.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "models/assembler_text.hpp"
#include "models/machine.hpp"

namespace ringfare {
namespace {

using Symbols = std::map<std::string, std::uint64_t, std::less<>>;

/// What the assembler is told about the width of the code.
struct Width {
  const char* triple;
  const char* cpu;
  std::uint64_t first_address;  // where the kernel's addresses begin; below there are numbers
  std::uint64_t first_number;   // and above: negative ones
};
constexpr Width kWidth64{"x86_64-unknown-linux-gnu", "x86-64", 0xffff800000000000, ~0ULL};
constexpr Width kWidth32{"i386-unknown-linux-gnu", "i686", 0xc0000000, 0xffff0000};

const llvm::Target& x86_target(const char* triple) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmParser();
  std::string error;
  const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple, error);
  CHECK(target, "{}", error);
  return *target;
}

/// What went wrong, mapped back to the model file. The first mistake is the one that is thrown.
class Mistakes {
 public:
  explicit Mistakes(const AssemblyText& source) : source_(source) {}

  void add(const llvm::SMDiagnostic& diagnostic) {
    if (diagnostic.getKind() == llvm::SourceMgr::DK_Note) return;
    const std::string_view line = trimmed(diagnostic.getLineContents());
    std::string what = diagnostic.getMessage().str();
    if (!line.empty()) what += fmt::format(" in '{}'", line);
    add(static_cast<std::size_t>(std::max(diagnostic.getLineNo(), 0)), std::move(what));
  }

  /// `line` counts from 1 in the assembled text; 0 where there is none.
  void add(std::size_t line, std::string what) {
    if (count_++ == 0 || line < line_) line_ = line, what_ = std::move(what);
  }

  void throw_if_any() const {
    if (count_ == 0) return;
    const std::size_t row = std::clamp<std::size_t>(line_, 1, source_.lines.size()) - 1;
    const std::string more = count_ == 1 ? "" : fmt::format(" (and {} more)", count_ - 1);
    throw UserError(source_.lines[row].at, what_ + more);
  }

 private:
  static std::string_view trimmed(llvm::StringRef text) {
    const llvm::StringRef inner = text.trim();
    return {inner.data(), inner.size()};
  }

  const AssemblyText& source_;
  std::size_t count_ = 0;
  std::size_t line_ = 0;
  std::string what_;
};

/// Stands where an object file would be written: settles every address itself, because the place of
/// the one section is known, and keeps the bytes.
class FlatWriter final : public llvm::MCObjectWriter {
 public:
  FlatWriter(KernelAddress base, const llvm::SourceMgr& sources, Mistakes& mistakes,
             const Symbols& symbols, const Width& width)
      : base_(base), sources_(sources), mistakes_(mistakes), symbols_(symbols), width_(width) {}

  void recordRelocation(llvm::MCAssembler& assembler, const llvm::MCFragment* fragment,
                        const llvm::MCFixup& fixup, llvm::MCValue target,
                        std::uint64_t& value) override {
    const auto plus = address(assembler, target.getSymA(), fixup);
    const auto minus = address(assembler, target.getSymB(), fixup);
    if (!plus || !minus) return;
    const auto& kind = assembler.getBackend().getFixupKindInfo(fixup.getKind());
    value = *plus - *minus + static_cast<std::uint64_t>(target.getConstant());
    if (kind.Flags & llvm::MCFixupKindInfo::FKF_IsPCRel)
      value -= base_.value + assembler.getFragmentOffset(*fragment) + fixup.getOffset();
    check_range(kind, static_cast<std::int64_t>(value), target.getSymB() != nullptr, fixup);
  }

  std::uint64_t writeObject(llvm::MCAssembler& assembler) override {
    llvm::raw_svector_ostream out(bytes_);
    assembler.writeSectionData(out, assembler.getContext().getObjectFileInfo()->getTextSection());
    return bytes_.size();
  }

  const llvm::SmallVectorImpl<char>& bytes() const { return bytes_; }

 private:
  /// 0 for no symbol at all; nothing, and a mistake noted, for one that has no address.
  std::optional<std::uint64_t> address(const llvm::MCAssembler& assembler,
                                       const llvm::MCSymbolRefExpr* reference,
                                       const llvm::MCFixup& fixup) {
    if (!reference) return 0;
    const auto kind = reference->getKind();
    const llvm::MCSymbol& symbol = reference->getSymbol();
    const std::string name = symbol.getName().str();
    if (kind != llvm::MCSymbolRefExpr::VK_None && kind != llvm::MCSymbolRefExpr::VK_PLT) {
      note(fixup, fmt::format("'{}' cannot be referred to by @: there is no linker", name));
      return {};
    }
    if (const auto given = symbols_.find(name); given != symbols_.end()) return given->second;
    if (!symbol.isInSection()) {
      const auto near = nearest(name, known(assembler));
      note(fixup, fmt::format("unknown symbol '{}'", name) +
                      (near ? fmt::format("; did you mean '{}'?", *near) : ""));
      return {};
    }
    return base_.value + assembler.getSymbolOffset(symbol);
  }

  std::vector<std::string> known(const llvm::MCAssembler& assembler) const {
    std::vector<std::string> out;
    for (const auto& [name, value] : symbols_) out.push_back(name);
    for (const llvm::MCSymbol& symbol : assembler.symbols())
      if (symbol.isInSection() && !symbol.isTemporary()) out.push_back(symbol.getName().str());
    std::ranges::sort(out);
    return out;
  }

  void check_range(const llvm::MCFixupKindInfo& kind, std::int64_t value, bool difference,
                   const llvm::MCFixup& fixup) {
    const unsigned bits = kind.TargetSize;
    const bool is_signed = (kind.Flags & llvm::MCFixupKindInfo::FKF_IsPCRel) ||
                           std::string_view(kind.Name).starts_with("reloc_signed");
    const bool wraps = &width_ == &kWidth32 && bits == 32;  // addresses are taken modulo 2^32
    const bool fits = bits >= 64 || wraps ||
                      (!is_signed && llvm::isUIntN(bits, static_cast<std::uint64_t>(value))) ||
                      ((is_signed || difference) && llvm::isIntN(bits, value));
    if (!fits)
      note(fixup,
           fmt::format("{:#x} does not fit in {} bits", static_cast<std::uint64_t>(value), bits));
  }

  void note(const llvm::MCFixup& fixup, std::string what) {
    const unsigned line =
        fixup.getLoc().isValid() ? sources_.getLineAndColumn(fixup.getLoc()).first : 0;
    mistakes_.add(line, std::move(what));
  }

  KernelAddress base_;
  const llvm::SourceMgr& sources_;
  Mistakes& mistakes_;
  const Symbols& symbols_;
  const Width& width_;
  llvm::SmallVector<char, 1024> bytes_;
};

/// Remembers where each instruction begins and ends and which line it came from.
class MappingStreamer final : public llvm::MCELFStreamer {
 public:
  struct Mark {
    const llvm::MCSymbol* begin;
    const llvm::MCSymbol* end;
    llvm::SMLoc at;
  };

  MappingStreamer(llvm::MCContext& context, std::unique_ptr<llvm::MCAsmBackend> backend,
                  std::unique_ptr<FlatWriter> writer, std::unique_ptr<llvm::MCCodeEmitter> emitter,
                  const Symbols& symbols)
      : MCELFStreamer(context, std::move(backend), std::move(writer), std::move(emitter)),
        symbols_(symbols) {}

  void emitLabel(llvm::MCSymbol* symbol, llvm::SMLoc at) override {
    if (at.isValid() && symbols_.contains(std::string_view(symbol->getName())))
      getContext().reportError(
          at, fmt::format("'{}' is already a symbol of the kernel: choose another label",
                          std::string_view(symbol->getName())));
    llvm::MCELFStreamer::emitLabel(symbol, at);
  }

  void emitInstruction(const llvm::MCInst& inst, const llvm::MCSubtargetInfo& subtarget) override {
    llvm::MCSymbol* begin = mark();
    llvm::MCELFStreamer::emitInstruction(inst, subtarget);
    marks_.push_back({begin, mark(), getStartTokLoc()});
  }

  const std::vector<Mark>& marks() const { return marks_; }

 private:
  llvm::MCSymbol* mark() {
    llvm::MCSymbol* symbol = getContext().createTempSymbol();
    emitLabel(symbol, llvm::SMLoc());
    return symbol;
  }

  const Symbols& symbols_;
  std::vector<Mark> marks_;
};

/// LLVM's objects for one assembly, in the order they depend on each other.
class Assembly {
 public:
  Assembly(const AssemblyText& source, KernelAddress base, const Symbols& symbols,
           const Width& width)
      : source_(source),
        width_(width),
        mistakes_(source),
        target_(x86_target(width.triple)),
        registers_(target_.createMCRegInfo(width.triple)),
        info_(target_.createMCAsmInfo(*registers_, width.triple, options_)),
        subtarget_(target_.createMCSubtargetInfo(width.triple, width.cpu, "")),
        instructions_(target_.createMCInstrInfo()),
        context_(llvm::Triple(width.triple), info_.get(), registers_.get(), subtarget_.get(),
                 &sources_, &options_, false) {
    sources_.AddNewSourceBuffer(
        llvm::MemoryBuffer::getMemBuffer(source.text, "stages", /*RequiresNullTerminator=*/true),
        llvm::SMLoc());
    sources_.setDiagHandler(
        [](const llvm::SMDiagnostic& diagnostic, void* mistakes) {
          static_cast<Mistakes*>(mistakes)->add(diagnostic);
        },
        &mistakes_);
    context_.setDiagnosticHandler([this](const llvm::SMDiagnostic& diagnostic, bool,
                                         const llvm::SourceMgr&,
                                         auto&) { mistakes_.add(diagnostic); });
    objects_.reset(target_.createMCObjectFileInfo(context_, /*PIC=*/false));
    context_.setObjectFileInfo(objects_.get());
    define(symbols);
    make_streamer(base, symbols);
  }

  void run() {
    const std::unique_ptr<llvm::MCAsmParser> parser(
        llvm::createMCAsmParser(sources_, context_, *streamer_, *info_));
    const std::unique_ptr<llvm::MCTargetAsmParser> x86(
        target_.createMCAsmParser(*subtarget_, *parser, *instructions_, options_));
    parser->setTargetParser(*x86);
    const bool failed = parser->Run(/*NoInitialTextSection=*/false);
    mistakes_.throw_if_any();
    CHECK(!failed, "the assembler failed without a message");
  }

  void collect(KernelText& text) {
    const auto& bytes = writer_->bytes();
    text.code.assign(bytes.begin(), bytes.end());
    const llvm::MCAssembler& assembler = streamer_->getAssembler();
    text.instructions.reserve(streamer_->marks().size());
    for (const auto& mark : streamer_->marks()) {
      const std::uint64_t begin = assembler.getSymbolOffset(*mark.begin);
      const std::uint64_t end = assembler.getSymbolOffset(*mark.end);
      const unsigned line = sources_.getLineAndColumn(mark.at).first;
      CHECK(line >= 1 && line <= source_.lines.size(), "line {} of the assembled text", line);
      const AssemblyText::Line& origin = source_.lines[line - 1];
      text.instructions.push_back(
          {text.base + begin, static_cast<std::uint8_t>(end - begin), origin.stage, origin.at});
    }
    for (const llvm::MCSymbol& symbol : assembler.symbols())
      if (symbol.isInSection() && !symbol.isTemporary())
        text.labels.emplace(symbol.getName().str(), text.base + assembler.getSymbolOffset(symbol));
  }

 private:
  /// Numbers become variables with a constant value, which fold in expressions and take the
  /// shortest encoding. Addresses stay symbols for FlatWriter to settle, so that RIP-relative
  /// operands reach them and one too wide for its field is noticed.
  void define(const Symbols& symbols) {
    for (const auto& [name, value] : symbols) {
      if (value >= width_.first_address && value < width_.first_number) continue;
      const bool narrow = &width_ == &kWidth32;
      const auto number =
          narrow ? static_cast<std::int32_t>(value) : static_cast<std::int64_t>(value);
      context_.getOrCreateSymbol(name)->setVariableValue(
          llvm::MCConstantExpr::create(number, context_));
    }
  }

  void make_streamer(KernelAddress base, const Symbols& symbols) {
    auto writer = std::make_unique<FlatWriter>(base, sources_, mistakes_, symbols, width_);
    writer_ = writer.get();
    streamer_ = std::make_unique<MappingStreamer>(
        context_,
        std::unique_ptr<llvm::MCAsmBackend>(
            target_.createMCAsmBackend(*subtarget_, *registers_, options_)),
        std::move(writer),
        std::unique_ptr<llvm::MCCodeEmitter>(target_.createMCCodeEmitter(*instructions_, context_)),
        symbols);
    streamer_->setUseAssemblerInfoForParsing(true);
  }

  const AssemblyText& source_;
  const Width& width_;
  Mistakes mistakes_;
  const llvm::Target& target_;
  llvm::MCTargetOptions options_;
  llvm::SourceMgr sources_;
  std::unique_ptr<llvm::MCRegisterInfo> registers_;
  std::unique_ptr<llvm::MCAsmInfo> info_;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget_;
  std::unique_ptr<llvm::MCInstrInfo> instructions_;
  llvm::MCContext context_;
  std::unique_ptr<llvm::MCObjectFileInfo> objects_;
  FlatWriter* writer_ = nullptr;  // owned by the streamer
  std::unique_ptr<MappingStreamer> streamer_;
};

}  // namespace

KernelText assemble(const std::vector<const StageModel*>& stages, KernelAddress base,
                    const Symbols& symbols, unsigned bits) {
  KernelText text;
  text.base = base;
  std::ranges::copy_if(stages, std::back_inserter(text.stages),
                       [](const StageModel* stage) { return !stage->assembly.empty(); });
  if (text.stages.empty()) return text;
  const AssemblyText source = assembly_text(text.stages);
  Assembly assembly(source, base, symbols, bits == 32 ? kWidth32 : kWidth64);
  assembly.run();
  assembly.collect(text);
  return text;
}

}  // namespace ringfare
