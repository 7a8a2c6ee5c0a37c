/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena - blocks in a list, the newest first; an allocation comes from the newest block or makes a
 * new one.
 *
 * Invariants: every pointer handed out stays valid until arena_free or arena_reset. Deferred calls
 * run newest first and before any block goes, so that what they release may itself live in the
 * arena.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCK_SIZE     ((size_t)8 << 10)
#define BLOCK_SIZE_MAX ((size_t)256 << 10)
#define HUGE_SIZE      ((size_t)2 << 20) /* a huge page: hundreds of page faults become one */
#define HUGE_FROM      ((size_t)2 << 20) /* what an arena has taken before it gets blocks of that size */
#define KEPT_SIZE_MAX  ((size_t)32 << 10) /* what a reset arena keeps */

struct block {
    struct block *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

struct deferred {
    struct deferred *next;
    void (*release)(void *);
    void *object;
};

struct arena {
    struct block *blocks;
    struct deferred *deferred;
    size_t bytes;      /* of all blocks */
    size_t first_size; /* of the first block */
};

static void *must(void *memory)
{
    if (!memory)
        BUG("out of memory");
    return memory;
}

/* A huge page begins at a multiple of its size: what is mapped in front of it and behind goes back. */
static void *map_huge(void)
{
    char *mapped =
        mmap(NULL, 2 * HUGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (mapped == MAP_FAILED)
        return NULL;
    const size_t before = HUGE_SIZE - (uintptr_t)mapped % HUGE_SIZE;
    munmap(mapped, before);
    if (before < HUGE_SIZE)
        munmap(mapped + before + HUGE_SIZE, HUGE_SIZE - before);
    (void)madvise(mapped + before, HUGE_SIZE, MADV_HUGEPAGE); /* else it is memory as any */
    return mapped + before;
}

static struct block *block_new(size_t room)
{
    const size_t size = sizeof(struct block) + room;

    return must(size == HUGE_SIZE ? map_huge() : malloc(size));
}

static void block_free(struct block *block)
{
    if (sizeof(*block) + block->size == HUGE_SIZE)
        munmap(block, HUGE_SIZE);
    else
        free(block);
}

struct arena *arena_new(void)
{
    struct arena *arena = must(calloc(1, sizeof(*arena)));

    arena->first_size = BLOCK_SIZE;
    return arena;
}

static void run_deferred(struct arena *arena)
{
    while (arena->deferred) {
        struct deferred *deferred = arena->deferred;

        arena->deferred = deferred->next;
        deferred->release(deferred->object);
    }
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    run_deferred(arena);
    while (arena->blocks) {
        struct block *block = arena->blocks;

        arena->blocks = block->next;
        block_free(block);
    }
    free(arena);
}

void arena_reset(struct arena *arena)
{
    struct block *kept = NULL;

    run_deferred(arena);
    while (arena->bytes > arena->first_size + sizeof(struct block) &&
           arena->first_size < KEPT_SIZE_MAX)
        arena->first_size *= 2; /* so that the next time it is one */
    while (arena->blocks) {
        struct block *block = arena->blocks;

        arena->blocks = block->next;
        if (!kept && block->size == arena->first_size)
            kept = block;
        else
            block_free(block);
    }
    arena->bytes = kept ? sizeof(*kept) + kept->size : 0;
    if (kept) {
        kept->next = NULL;
        kept->used = 0;
        arena->blocks = kept;
    }
}

size_t arena_bytes(const struct arena *arena)
{
    return arena->bytes;
}

/* Blocks grow with what is taken: of large ones less is left over at the end. */
static size_t block_size(const struct arena *arena)
{
    size_t size = arena->first_size;

    if (arena->bytes >= HUGE_FROM)
        return HUGE_SIZE - sizeof(struct block);
    while (size < arena->bytes / 4 && size < BLOCK_SIZE_MAX)
        size *= 2;
    return size;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    struct block *block = arena->blocks;

    if (size > SIZE_MAX / 2)
        BUG("allocation of %zu bytes", size);
    size = (size + align - 1) / align * align;
    if (size == 0)
        size = align;
    if (!block || block->size - block->used < size) {
        const size_t usual = block_size(arena);
        const size_t room = size > usual ? size : usual;

        block = block_new(room);
        arena->bytes += sizeof(*block) + room;
        *block = (struct block){.next = arena->blocks, .size = room};
        if (size > usual &&
            arena->blocks) { /* a large one must not hide the room left in the newest */
            block->next = arena->blocks->next;
            arena->blocks->next = block;
        } else {
            arena->blocks = block;
        }
    }
    void *memory = block->bytes + block->used;
    block->used += size;
    return memset(memory, 0, size);
}

void *arena_grow(struct arena *arena, const void *old, size_t old_size, size_t new_size)
{
    void *grown = arena_alloc(arena, new_size);

    if (old_size)
        memcpy(grown, old, old_size);
    return grown;
}

char *arena_copy(struct arena *arena, const char *bytes, size_t size)
{
    char *copy = arena_alloc(arena, size + 1);

    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

char *arena_join(struct arena *arena, const char *first, ...)
{
    size_t size = 0;
    va_list args;

    va_start(args, first);
    for (const char *text = first; text; text = va_arg(args, const char *))
        size += strlen(text);
    va_end(args);
    char *joined = arena_alloc(arena, size + 1), *at = joined;
    va_start(args, first);
    for (const char *text = first; text; text = va_arg(args, const char *))
        at = stpcpy(at, text);
    va_end(args);
    return joined;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return text ? arena_copy(arena, text, strlen(text)) : NULL;
}

char *arena_vprintf(struct arena *arena, const char *fmt, va_list args)
{
    char usual[256];
    va_list again;

    va_copy(again, args);
    const int size = vsnprintf(usual, sizeof(usual), fmt, again);
    va_end(again);
    ASSERT(size >= 0);
    if ((size_t)size < sizeof(usual))
        return arena_copy(arena, usual, (size_t)size);
    char *text = arena_alloc(arena, (size_t)size + 1);
    vsnprintf(text, (size_t)size + 1, fmt, args);
    return text;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    char *text = arena_vprintf(arena, fmt, args);
    va_end(args);
    return text;
}

void arena_defer(struct arena *arena, void (*release)(void *), void *object)
{
    struct deferred *deferred = arena_alloc(arena, sizeof(*deferred));

    *deferred = (struct deferred){.next = arena->deferred, .release = release, .object = object};
    arena->deferred = deferred;
}
