// SPDX-License-Identifier: MIT
#include "emu/crossing/service_bill.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "cpu/base/failure.hpp"

namespace ringfare {
namespace {

constexpr const char *kFromUser = "copy from user", *kToUser = "copy to user";

Cycles copy_price(const CopyModel& model, std::uint64_t bytes) {
  return model.fixed.cycles + model.per_byte.cycles * static_cast<std::int64_t>(bytes);
}

std::string service_text(const ServiceCharge& charge) {
  if (charge.call.empty()) return "serve the call";
  return charge.file_kind.empty() ? fmt::format("serve {}", charge.call)
                                  : fmt::format("serve {}: {}", charge.call, charge.file_kind);
}

std::string copy_text(const StageCost& stage, const ServiceCharge& charge) {
  return fmt::format("{} bytes", stage.name == kToUser ? charge.bytes_out : charge.bytes_in);
}

KernelStep service_step(const BillForm& form, const ServiceCharge& charge) {
  return {.address = 0,
          .bytes = {},
          .text = service_text(charge),
          .effect = {},
          .cycles = form.bill.stages[form.service].cycles - form.fixed_service,
          .stage = static_cast<std::uint16_t>(form.service)};
}

KernelStep copy_step(const BillForm& form, std::size_t index, const ServiceCharge& charge) {
  const StageCost& stage = form.bill.stages[index];
  return {.address = 0,
          .bytes = {},
          .text = stage.name,
          .effect = copy_text(stage, charge),
          .cycles = stage.cycles,
          .stage = static_cast<std::uint16_t>(index)};
}

/// A stage for copies at `index`; answers that.
std::size_t insert_copy(std::vector<StageCost>& stages, std::size_t index, const char* name,
                        const CopyModel& model) {
  StageCost stage;
  stage.name = name;
  stage.side = "copy";
  stage.source = model.per_byte.source;
  stages.insert(stages.begin() + static_cast<std::ptrdiff_t>(index), std::move(stage));
  return index;
}

}  // namespace

const ServiceModel& service_of(const KernelModel& kernel, std::string_view call) {
  auto service = kernel.services.find(call);
  if (service == kernel.services.end()) service = kernel.services.find("default");
  CHECK(service != kernel.services.end(), "a kernel without a default service");
  return service->second;
}

BillForm ServiceBill::form(const PricedPath& priced, bool copies_in, bool copies_out) const {
  BillForm form{.bill = {.stages = priced.stages, .steps = {}, .total = {}},
                .fixed_total = priced.total};
  if (!priced.service_stage) return form;
  std::vector<StageCost>& stages = form.bill.stages;
  form.service = *priced.service_stage;
  form.fixed_service = stages[form.service].cycles;
  std::size_t last = form.service;
  if (copies_in)
    last = form.from_user = insert_copy(stages, last + 1, kFromUser, kernel_.copy_from_user);
  if (copies_out) form.to_user = insert_copy(stages, last + 1, kToUser, kernel_.copy_to_user);
  return form;
}

const CrossingBill& ServiceBill::fill(BillForm& form, const ServiceCharge& charge, bool served) {
  CrossingBill& bill = form.bill;
  bill.total = form.fixed_total;
  if (!served) return bill;
  const Price& price = price_of(charge.call, charge.file_kind);
  StageCost& service = bill.stages[form.service];
  service.cycles = form.fixed_service + price.cycles;
  if (form.price != &price) {
    service.source = price.source;
    form.price = &price;
  }
  bill.total += price.cycles;
  for (const ServedEntry& entry : charge.entries) {
    const Cycles more = price_of(entry.call, entry.file_kind).cycles;
    service.cycles += more;
    bill.total += more;
  }
  const auto copy = [&](std::size_t stage, const CopyModel& model, std::uint64_t bytes) {
    if (stage == 0) return;
    bill.stages[stage].cycles = copy_price(model, bytes);
    bill.total += bill.stages[stage].cycles;
  };
  copy(form.from_user, kernel_.copy_from_user, charge.bytes_in);
  copy(form.to_user, kernel_.copy_to_user, charge.bytes_out);
  return bill;
}

std::vector<KernelStep> ServiceBill::steps(PricedPath priced, const BillForm& form,
                                           const ServiceCharge& charge) {
  if (!priced.service_stage) return std::move(priced.steps);
  const std::size_t copies = form.bill.stages.size() - priced.stages.size();
  for (KernelStep& step : priced.steps)
    if (step.stage > *priced.service_stage)
      step.stage = static_cast<std::uint16_t>(step.stage + copies);
  std::vector<KernelStep> inserted = {service_step(form, charge)};
  for (std::size_t i = form.service + 1; i <= form.service + copies; ++i)
    inserted.push_back(copy_step(form, i, charge));
  priced.steps.insert(priced.steps.begin() + static_cast<std::ptrdiff_t>(*priced.service_step),
                      std::make_move_iterator(inserted.begin()),
                      std::make_move_iterator(inserted.end()));
  return std::move(priced.steps);
}

const Price& ServiceBill::price_of(std::string_view call, std::string_view file_kind) {
  if (row_.price && row_.call.data() == call.data() && row_.call.size() == call.size() &&
      row_.file_kind == file_kind)
    return *row_.price;
  const ServiceModel& service = service_of(kernel_, call);
  const auto kind = service.by_file_kind.find(file_kind);
  const Price& price = kind != service.by_file_kind.end() ? kind->second : service.fixed;
  row_ = {call, file_kind, &price};
  return price;
}

}  // namespace ringfare
