// SPDX-License-Identifier: MIT
// A stand-alone Lua: runs the script named by the first argument, or standard input; the rest is in
// `arg`.
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>

int main(int argc, char** argv) {
  lua_State* state = luaL_newstate();
  if (state == NULL) return 1;
  luaL_openlibs(state);
  lua_createtable(state, argc, 0);
  for (int i = 1; i < argc; ++i) {
    lua_pushstring(state, argv[i]);
    lua_rawseti(state, -2, i - 1);
  }
  lua_setglobal(state, "arg");
  const int failed = luaL_loadfile(state, argc > 1 ? argv[1] : NULL) != LUA_OK ||
                     lua_pcall(state, 0, 0, 0) != LUA_OK;
  if (failed) fprintf(stderr, "%s\n", lua_tostring(state, -1));
  lua_close(state);
  return failed;
}
