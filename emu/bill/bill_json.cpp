// SPDX-License-Identifier: MIT
#include "emu/bill/bill_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace ringfare {
namespace {

using Json = nlohmann::ordered_json;

// Under this key those who read bills have found the machines of --also-cpu from the beginning.
constexpr const char* kAlsoPriced = "further";

Json stages_json(const Bill& bill) {
  Json stages = Json::array();
  for (const Bill::Stage& stage : bill.stages)
    stages.push_back({{"name", stage.name},
                      {"side", stage.side},
                      {"cycles", cycles_number(stage.cycles)},
                      {"times", stage.times},
                      {"instructions", stage.instructions}});
  return stages;
}

Json calls_json(const Bill& bill) {
  Json calls = Json::array();
  for (const Bill::Call& call : bill.calls)
    calls.push_back({{"name", call.name},
                     {"calls", call.calls},
                     {"errors", call.errors},
                     {"cycles", cycles_number(call.cycles)},
                     {"least", cycles_number(call.least)},
                     {"most", cycles_number(call.most)}});
  return calls;
}

Json machine_json(const Bill& bill) {
  return {{"cpu", bill.cpu},
          {"core_khz", bill.core_khz},
          {"kernel", bill.kernel_name},
          {"mitigations", bill.mitigations}};
}

Json cycles_json(const Bill& bill) {
  return {{"total", cycles_number(bill.user + bill.kernel)},
          {"user", cycles_number(bill.user)},
          {"kernel", cycles_number(bill.kernel)},
          {"crossing", cycles_number(crossing_cycles(bill))},
          {"stages", stages_json(bill)}};
}

Json also_priced_json(const Bill& bill) {
  Json all = Json::array();
  for (const Bill& one : bill.also_priced)
    all.push_back({{"machine", machine_json(one)},
                   {"kernel_instructions", one.kernel_instructions},
                   {"cycles", cycles_json(one)},
                   {"calls", calls_json(one)}});
  return all;
}

Json json_of(const Bill& bill) {
  Json json;
  json["program"] = bill.program;
  json["pid"] = bill.pid;
  json["version"] = bill.version;
  json["machine"] = machine_json(bill);
  json["machine"]["engine"] = bill.engine;
  json["instructions"] = bill.instructions;
  json["kernel_instructions"] = bill.kernel_instructions;
  json["blocks"] = {{"translated", bill.blocks}, {"executions", bill.block_executions}};
  json["cycles"] = cycles_json(bill);
  json["calls"] = calls_json(bill);
  if (!bill.also_priced.empty()) json[kAlsoPriced] = also_priced_json(bill);
  json["simulated_ns"] = bill.simulated_time.count();
  if (bill.exit_status) json["exit_status"] = *bill.exit_status;
  if (bill.killed_by) json["killed_by"] = *bill.killed_by;
  if (bill.deadlocked) json["deadlocked"] = true;
  for (const Bill& process : bill.processes) json["processes"].push_back(json_of(process));
  return json;
}

Cycles cycles_of(const Json& json) {
  return Cycles{std::llround(json.get<double>() * 100)};
}

void read_machine(const Json& json, Bill& bill) {
  bill.cpu = json.at("cpu");
  bill.core_khz = json.at("core_khz");
  bill.kernel_name = json.at("kernel");
  bill.mitigations = json.at("mitigations").get<std::vector<std::string>>();
}

/// Cycles, stages and calls: what a bill has for each machine.
void read_costs(const Json& json, Bill& bill) {
  bill.kernel_instructions = json.at("kernel_instructions");
  const Json& cycles = json.at("cycles");
  bill.user = cycles_of(cycles.at("user"));
  bill.kernel = cycles_of(cycles.at("kernel"));
  for (const Json& stage : cycles.at("stages"))
    bill.stages.push_back({.name = stage.at("name"),
                           .side = stage.at("side"),
                           .times = stage.at("times"),
                           .instructions = stage.at("instructions"),
                           .cycles = cycles_of(stage.at("cycles"))});
  for (const Json& call : json.at("calls"))
    bill.calls.push_back({.name = call.at("name"),
                          .calls = call.at("calls"),
                          .errors = call.at("errors"),
                          .cycles = cycles_of(call.at("cycles")),
                          .least = cycles_of(call.at("least")),
                          .most = cycles_of(call.at("most"))});
}

Bill bill_of(const Json& json) {
  Bill bill;
  bill.program = json.at("program");
  bill.pid = json.at("pid");
  bill.version = json.at("version");
  bill.engine = json.at("machine").at("engine");
  read_machine(json.at("machine"), bill);
  bill.instructions = json.at("instructions");
  bill.blocks = json.at("blocks").at("translated");
  bill.block_executions = json.at("blocks").at("executions");
  read_costs(json, bill);
  bill.simulated_time = std::chrono::nanoseconds(json.at("simulated_ns").get<std::int64_t>());
  if (json.contains("exit_status")) bill.exit_status = json.at("exit_status").get<int>();
  if (json.contains("killed_by")) bill.killed_by = json.at("killed_by").get<int>();
  if (!json.contains(kAlsoPriced)) return bill;
  for (const Json& one : json.at(kAlsoPriced)) {
    Bill& priced = bill.also_priced.emplace_back();
    read_machine(one.at("machine"), priced);
    read_costs(one, priced);
  }
  return bill;
}

}  // namespace

double cycles_number(Cycles cycles) {
  return static_cast<double>(cycles.hundredths) / 100.0;
}

std::string bill_json(const Bill& bill) {
  return json_of(bill).dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

std::string bill_line(const Bill& bill) {
  return json_of(bill).dump(-1, ' ', true, Json::error_handler_t::replace);
}

Bill bill_from_line(std::string_view line) {
  return bill_of(Json::parse(line));
}

}  // namespace ringfare
