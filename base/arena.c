/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena - blocks in a list, the newest first; an allocation comes from the newest block or makes a
 * new one.
 *
 * Invariants:
 *  1. Every pointer handed out stays valid until arena_free or arena_reset.
 *  2. Deferred calls run newest first and before any block goes, so that what they release may itself
 *     live in the arena.
 *  3. A pool's pages each know how many of the blocks in them are in use; those that have none are
 *     spare, or gone, or the one that is being filled.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BLOCK_SIZE     ((size_t)8 << 10)
#define BLOCK_SIZE_MAX ((size_t)256 << 10)
#define HUGE_SIZE      ((size_t)2 << 20) /* a huge page: hundreds of page faults become one */
#define HUGE_FROM      ((size_t)2 << 20) /* what an arena has taken before it gets blocks of that size */
#define POOLED_MAX     (HUGE_SIZE / 8)    /* a larger block is no part of a page */
#define KEPT_SIZE_MAX  ((size_t)32 << 10) /* what a reset arena keeps */

struct block {
    struct block *next;
    struct page *page; /* whose part it is, or NULL */
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

struct page {
    struct arena_pool *pool;
    size_t used, live; /* bytes given out, blocks in use */
    alignas(max_align_t) unsigned char bytes[];
};

struct arena_pool {
    struct page *filling, *spare; /* or NULL */
};

struct deferred {
    struct deferred *next;
    void (*release)(void *);
    void *object;
};

struct arena {
    struct block *blocks;
    struct deferred *deferred;
    struct arena_pool *pool; /* or NULL */
    size_t bytes;            /* of all blocks */
    size_t first_size;       /* of the first block */
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

/* ---- pools ---- */

struct arena_pool *arena_pool_new(void)
{
    return must(calloc(1, sizeof(struct arena_pool)));
}

static void page_free(struct page *page)
{
    if (page)
        munmap(page, HUGE_SIZE);
}

void arena_pool_free(struct arena_pool *pool)
{
    if (!pool)
        return;
    page_free(pool->filling);
    page_free(pool->spare);
    free(pool);
}

/* Nothing in it is in use. */
static void page_done(struct page *page)
{
    struct arena_pool *pool = page->pool;

    page->used = 0;
    if (page == pool->filling)
        return;
    page_free(pool->spare);
    pool->spare = page;
}

static bool page_begin(struct arena_pool *pool)
{
    struct page *page = pool->spare ? pool->spare : map_huge();

    if (!page)
        return false;
    *page = (struct page){.pool = pool};
    pool->spare = NULL;
    pool->filling = page;
    return true;
}

static struct block *pool_take(struct arena_pool *pool, size_t size)
{
    const size_t align = alignof(max_align_t), room = HUGE_SIZE - sizeof(struct page);
    struct block *block;

    if ((!pool->filling || room - pool->filling->used < size) && !page_begin(pool))
        return NULL;
    block = (struct block *)(void *)(pool->filling->bytes + pool->filling->used);
    block->page = pool->filling;
    pool->filling->used += (size + align - 1) / align * align;
    pool->filling->live++;
    return block;
}

/* ---- blocks ---- */

static struct block *block_new(struct arena_pool *pool, size_t room)
{
    const size_t size = sizeof(struct block) + room;
    struct block *block = pool && size <= POOLED_MAX ? pool_take(pool, size) : NULL;

    if (block)
        return block;
    block = must(size == HUGE_SIZE ? map_huge() : malloc(size));
    block->page = NULL;
    return block;
}

static void block_free(struct block *block)
{
    if (block->page) {
        if (--block->page->live == 0)
            page_done(block->page);
    } else if (sizeof(*block) + block->size == HUGE_SIZE)
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

struct arena *arena_new_in(struct arena_pool *pool)
{
    struct arena *arena = arena_new();

    arena->pool = pool;
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
        if (!kept && !arena->pool && block->size == arena->first_size)
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

/* Not cleared: for what is written at once. */
static void *take(struct arena *arena, size_t size)
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

        block = block_new(arena->pool, room);
        arena->bytes += sizeof(*block) + room;
        *block = (struct block){.next = arena->blocks, .page = block->page, .size = room};
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
    return memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(take(arena, size), 0, size);
}

void *arena_grow(struct arena *arena, const void *old, size_t old_size, size_t new_size)
{
    char *grown = take(arena, new_size);

    if (old_size)
        memcpy(grown, old, old_size);
    memset(grown + old_size, 0, new_size - old_size);
    return grown;
}

char *arena_copy(struct arena *arena, const char *bytes, size_t size)
{
    char *copy = take(arena, size + 1);

    if (size)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
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
    char *joined = take(arena, size + 1), *at = joined;
    *at = '\0';
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

char *arena_number(struct arena *arena, const char *prefix, unsigned long long number)
{
    char digits[24], *at = digits + sizeof(digits) - 1;

    *at = '\0';
    do
        *--at = (char)('0' + number % 10);
    while (number /= 10);
    return arena_join(arena, prefix, at, (char *)NULL);
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
    char *text = take(arena, (size_t)size + 1);
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
