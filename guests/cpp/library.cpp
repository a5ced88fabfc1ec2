// SPDX-License-Identifier: MIT
// The C++ library and run-time at work: streams, containers, exceptions through several frames,
// run-time types.
#include <algorithm>
#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

struct Shape {
  virtual ~Shape() = default;
  virtual double area() const = 0;
};
struct Square : Shape {
  explicit Square(double side) : side(side) {}
  double area() const override { return side * side; }
  double side;
};
struct Circle : Shape {
  explicit Circle(double radius) : radius(radius) {}
  double area() const override { return 3.14159265358979 * radius * radius; }
  double radius;
};

struct Tracer {
  explicit Tracer(std::string name) : name(std::move(name)) {}
  ~Tracer() { std::cout << "unwound " << name << '\n'; }
  std::string name;
};

int parse(const std::string& text) {
  Tracer tracer("parse " + text);
  return std::stoi(text);
}

int checked(const std::string& text) {
  Tracer tracer("checked");
  try {
    return parse(text);
  } catch (const std::out_of_range&) {
    std::cout << "out of range\n";
    throw std::runtime_error("rethrown as another");
  }
}

void exceptions() {
  for (const char* text : {"42", "word", "99999999999999"}) {
    try {
      std::cout << "value " << checked(text) << '\n';
    } catch (const std::invalid_argument& error) {
      std::cout << "invalid: " << error.what() << '\n';
    } catch (const std::exception& error) {
      std::cout << "exception: " << error.what() << '\n';
    }
  }
}

void containers() {
  std::map<std::string, int> words;
  std::istringstream text("the ring and the gate and the frame and the ring");
  for (std::string word; text >> word;) ++words[word];
  for (const auto& [word, count] : words) std::cout << std::setw(6) << word << ' ' << count << '\n';

  std::unordered_map<int, std::string> names;
  for (int i = 0; i < 1000; ++i) names[i * 7919] = std::to_string(i);
  std::cout << names.at(7919 * 500) << ' ' << names.size() << '\n';

  std::vector<int> numbers(1000);
  unsigned seed = 3;
  for (int& number : numbers) number = static_cast<int>((seed = seed * 69069 + 1) >> 16);
  std::sort(numbers.begin(), numbers.end(), std::greater<>());
  std::cout << numbers.front() << ' ' << numbers.back() << '\n';
}

void types() {
  std::vector<std::unique_ptr<Shape>> shapes;
  shapes.push_back(std::make_unique<Square>(3));
  shapes.push_back(std::make_unique<Circle>(2));
  for (const auto& shape : shapes) {
    const auto* square = dynamic_cast<const Square*>(shape.get());
    std::cout << (square ? "square " : "other ") << std::fixed << std::setprecision(4)
              << shape->area() << '\n';
  }
  try {
    std::cout << dynamic_cast<const Circle&>(*shapes[0]).radius << '\n';
  } catch (const std::bad_cast& error) {
    std::cout << error.what() << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  exceptions();
  containers();
  types();
  std::cout << std::hex << std::showbase << 48879 << ' ' << std::boolalpha << (argc > 1) << '\n';
  for (std::string line; argc > 1 && std::getline(std::cin, line);)
    std::cout << std::quoted(line) << std::endl;
  (void)argv;
  return 0;
}
