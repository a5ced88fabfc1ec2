// SPDX-License-Identifier: MIT
#pragma once

#include "cpu/code_map.hpp"
