# libsodium, linked in, with kept work memory for argon2 (docs/adr/0006). CARDEA_SODIUM_OBJECT is a source of cardea_crypto.
find_library(CARDEA_SODIUM_ARCHIVE NAMES libsodium.a REQUIRED)
set(CARDEA_SODIUM_OBJECT ${CMAKE_BINARY_DIR}/generated/sodium.o)
add_custom_command(
  OUTPUT ${CARDEA_SODIUM_OBJECT}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/generated
  COMMAND ${CMAKE_SOURCE_DIR}/cmake/sodium_object.sh ${CARDEA_SODIUM_ARCHIVE} ${CARDEA_SODIUM_OBJECT} ${CMAKE_OBJCOPY}
  DEPENDS ${CARDEA_SODIUM_ARCHIVE} ${CMAKE_SOURCE_DIR}/cmake/sodium_object.sh
  COMMENT "libsodium as one object" VERBATIM)
set_source_files_properties(${CARDEA_SODIUM_OBJECT} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
