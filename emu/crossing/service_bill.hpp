// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "emu/crossing/crossing_bill.hpp"
#include "emu/crossing/path_price.hpp"
#include "models/kernel_model.hpp"

namespace ringfare {

/// The [services] row of a call; that of "default" where the call has none.
const ServiceModel& service_of(const KernelModel& kernel, std::string_view call);

/// The bill of a path, with room for the service and the copies of the call: these are filled in
/// anew for each call, everything else stays.
struct BillForm {
  CrossingBill bill;
  Cycles fixed_total;                                   // everything but service and copies
  Cycles fixed_service;                                 // of the service stage: its stub
  std::size_t service = 0, from_user = 0, to_user = 0;  // stages; the copies may be missing: 0
  const Price* price = nullptr;                         // whose source the service stage shows
};

/// Puts what serving a call costs, by the kernel model's [services] and copies, into the bills of
/// its paths.
class ServiceBill {
 public:
  /// Kept by reference.
  explicit ServiceBill(const KernelModel& kernel) : kernel_(kernel) {}

  /// `copies_in`, `copies_out`: the bill has a stage for bytes copied from user and to user.
  BillForm form(const PricedPath& priced, bool copies_in, bool copies_out) const;
  /// `served`: the path led to the service. Good until the form is filled again.
  const CrossingBill& fill(BillForm& form, const ServiceCharge& charge, bool served);
  /// The steps of the path with those of service and copies, by the stage numbers of the filled
  /// form.
  static std::vector<KernelStep> steps(PricedPath priced, const BillForm& form,
                                       const ServiceCharge& charge);

 private:
  /// The price row of one call: found once, for calls come with the same name and kind of file.
  /// Names are told apart by where their text lies, so it has to stay there.
  struct Row {
    std::string_view call, file_kind;
    const Price* price = nullptr;
  };

  const Price& price_of(std::string_view call, std::string_view file_kind);

  const KernelModel& kernel_;
  Row row_;
};

}  // namespace ringfare
