// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Signals: what Godot calls so, a list of callables of yours. No `std::function`, no allocation for
// the first two.
#pragma once

#include <cstdint>
#include <new>
#include <type_traits>

#include "linnet/block.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Names one connected callable of one signal; `none` means that there was no memory for it.
enum class SlotId : std::uint32_t { none = 0 };

/// What all signals share; use `Signal` and `ScopedConnection`.
class SignalBase {
 public:
    SignalBase(const SignalBase&) = delete;
    SignalBase& operator=(const SignalBase&) = delete;

    /// The callable is not called again, not even by an emission under way. False if it was not
    /// there.
    bool disconnect(SlotId id);
    std::size_t slot_count() const { return count_; }

 protected:
    using Thunk = void (*)();
    static constexpr std::size_t callable_size_max = 6 * sizeof(void*);
    struct Slot {
        SlotId id = SlotId::none;
        Thunk thunk = nullptr;
        alignas(void*) unsigned char callable[callable_size_max];
    };
    // One `notify` under way, on the stack of whoever emits.
    struct Emission {
        Emission* outer;
        SlotId last;       // called last
        const SlotId end;  // later ones were connected during the emission
        bool over = false;
    };

    explicit SignalBase(Memory* memory) : more_(memory) {}
    ~SignalBase();

    SlotId add(Slot& slot);
    void begin(Emission& emission);
    bool next(Emission& emission, Slot& slot) const;
    void finish(const Emission& emission);
    SlotId end_id() const { return static_cast<SlotId>(next_id_); }

 private:
    friend class ScopedConnection;

    static constexpr std::size_t inline_count = 2;
    Slot* slot_array() {
        return more_.size() > 0 ? reinterpret_cast<Slot*>(more_.data()) : inline_;
    }
    const Slot* slot_array() const { return const_cast<SignalBase*>(this)->slot_array(); }
    bool grow();

    Slot inline_[inline_count];
    Block more_;  // all slots, once there are more than fit inline
    std::size_t count_ = 0;
    std::size_t capacity_ = inline_count;
    std::uint32_t next_id_ = 1;
    Emission* emission_ = nullptr;
    class ScopedConnection* scoped_ = nullptr;
};

/// A signal with its arguments. Callables are called in the order in which they were connected.
///
/// Inside a callable everything is allowed: connect, disconnect, call the client, destroy it.
template <class... Args>
class Signal : public SignalBase {
 public:
    /// Callables beyond the second take memory from `memory`; null means malloc.
    explicit Signal(Memory* memory = nullptr) : SignalBase(memory) {}

    /// `callable(args...)` is called at each emission from the next one on. It is copied: capture a
    /// pointer to anything bigger than six words or not trivially copyable.
    template <class Callable>
    SlotId connect(Callable callable) {
        static_assert(std::is_invocable_v<Callable&, Args...>,
                      "the callable does not take this signal's arguments");
        static_assert(
            std::is_trivially_copyable_v<Callable> && std::is_trivially_destructible_v<Callable>,
            "capture by reference or pointer: callables are copied as bytes");
        static_assert(sizeof(Callable) <= callable_size_max,
                      "capture at most six words: a pointer to anything bigger");
        static_assert(alignof(Callable) <= alignof(void*),
                      "capture a pointer to it: its alignment");
        Slot slot;
        ::new (static_cast<void*>(slot.callable)) Callable(callable);
        Invoke const invoke = [](unsigned char* bytes, Args... args) {
            (*std::launder(reinterpret_cast<Callable*>(bytes)))(args...);
        };
        slot.thunk = reinterpret_cast<Thunk>(invoke);
        return add(slot);
    }

    /// Calls every callable that is connected now and still is when its turn comes. The callable
    /// that runs is a copy, so that it may destroy the signal.
    void notify(Args... args) {
        Emission emission{nullptr, SlotId::none, end_id()};
        begin(emission);
        Slot slot;
        while (!emission.over && next(emission, slot)) {
            reinterpret_cast<Invoke>(slot.thunk)(slot.callable, args...);
        }
        if (!emission.over) finish(emission);
    }

 private:
    using Invoke = void (*)(unsigned char*, Args...);
};

/// Disconnects at the end of its scope. The signal may die before it.
class ScopedConnection {
 public:
    ScopedConnection() = default;
    template <class... Args, class Callable>
    ScopedConnection(Signal<Args...>& signal, Callable callable) {
        attach(signal, signal.connect(callable));
    }
    ScopedConnection(ScopedConnection&& other) noexcept { move_from(other); }
    ScopedConnection& operator=(ScopedConnection&& other) noexcept {
        if (this != &other) {
            reset();
            move_from(other);
        }
        return *this;
    }
    ~ScopedConnection() { reset(); }

    /// Disconnects now.
    void reset();
    /// False after `reset`, after the signal died, or when there was no memory for the callable.
    bool is_connected() const { return signal_ != nullptr; }

 private:
    friend class SignalBase;
    void attach(SignalBase& signal, SlotId id);
    void detach();
    void move_from(ScopedConnection& other);

    SignalBase* signal_ = nullptr;
    SlotId id_ = SlotId::none;
    ScopedConnection* previous_ = nullptr;
    ScopedConnection* next_ = nullptr;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
