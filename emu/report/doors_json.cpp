// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "emu/bill/bill_json.hpp"
#include "emu/report/door_table.hpp"
#include "emu/report/number_text.hpp"

namespace ringfare {
namespace {

using Json = nlohmann::ordered_json;

Json bill_json(std::string_view name, unsigned bits, const CrossingBill& bill,
               const DoorMachine& machine) {
  Json stages = Json::array();
  for (const StageCost& stage : bill.stages)
    stages.push_back({{"name", stage.name},
                      {"side", stage.side},
                      {"cycles", cycles_number(stage.cycles)},
                      {"instructions", stage.instructions}});
  return {{"door", name},
          {"bits", bits},
          {"cycles", cycles_number(bill.total)},
          {"ns", time_of(bill.total, machine.core_khz).count()},
          {"stages", std::move(stages)}};
}

}  // namespace

std::string doors_json(std::string_view call, const std::vector<DoorMachine>& machines) {
  Json all = Json::array();
  for (const DoorMachine& machine : machines) {
    Json doors = Json::array(), ways = Json::array();
    for (const DoorBill& it : machine.comparison.bills)
      doors.push_back(bill_json(it.door.name, it.door.bits(), it.bill, machine));
    for (const Way& it : machine.comparison.ways)
      ways.push_back(bill_json(it.name, it.bits(), it.bill, machine));
    all.push_back({{"machine",
                    {{"cpu", machine.cpu},
                     {"core_khz", machine.core_khz},
                     {"kernel", machine.kernel},
                     {"mitigations", machine.mitigations}}},
                   {"function_call", cycles_number(machine.comparison.function)},
                   {"ways", std::move(ways)},
                   {"doors", std::move(doors)}});
  }
  const Json whole = {{"program", "ringfare doors"}, {"call", call}, {"machines", std::move(all)}};
  return whole.dump(2) + '\n';
}

}  // namespace ringfare
