// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Signals in Godot's sense: lists of callables that are called when something happens. No
// `std::function`; the first two callables of a signal need no allocation.
#pragma once

#include <cstdint>
#include <new>
#include <type_traits>

#include "linnet/block.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Identifies a connected callable within its signal. `none`: the callable was not
/// connected, because memory was exhausted.
enum class SlotId : std::uint32_t { none = 0 };

/// The part of `Signal` that does not depend on its arguments. Use `Signal` and `ScopedConnection`.
class SignalBase {
 public:
    SignalBase(const SignalBase&) = delete;
    SignalBase& operator=(const SignalBase&) = delete;

    /// Removes a callable. It is not called again, not even by an emission in progress. Returns
    /// false if `id` is not connected.
    bool disconnect(SlotId id);
    /// Returns the number of connected callables.
    std::size_t slot_count() const { return count_; }

 protected:
    using Thunk = void (*)();
    static constexpr std::size_t callable_size_max = 6 * sizeof(void*);
    struct Slot {
        SlotId id = SlotId::none;
        Thunk thunk = nullptr;
        alignas(void*) unsigned char callable[callable_size_max];
    };
    // A `notify` in progress, on the stack of its caller.
    struct Emission {
        Emission* outer;    // the emission of the same signal that this one is nested in
        SlotId last;        // the slot called last
        const SlotId end;   // slots from here on were connected during the emission
        bool over = false;  // the signal was destroyed
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
    Block more_;  // all slots, once `inline_` is too small
    std::size_t count_ = 0;
    std::size_t capacity_ = inline_count;
    std::uint32_t next_id_ = 1;
    Emission* emission_ = nullptr;
    class ScopedConnection* scoped_ = nullptr;
};

/// A signal with the arguments `Args`. Callables are called in the order in which they were
/// connected, on the thread that emits. A callable may connect, disconnect, call the client, or
/// destroy the client together with its signals.
///
/// Example:
///
///     int count = 0;
///     linnet::Signal<int> scored;
///     const linnet::SlotId id = scored.connect([&count](int points) { count += points; });
///     scored.notify(3);
///     scored.disconnect(id);
template <class... Args>
class Signal : public SignalBase {
 public:
    /// Slots beyond the second are allocated from `memory`, which must outlive the signal; null
    /// means `malloc`.
    explicit Signal(Memory* memory = nullptr) : SignalBase(memory) {}

    /// Adds `callable`, which is called as `callable(args...)` at each emission from the next one
    /// on. It is copied as bytes: at most six words, trivially copyable; capture larger objects by
    /// reference. Returns `SlotId::none` if memory is exhausted.
    template <class Callable>
    SlotId connect(Callable callable) {
        static_assert(std::is_invocable_v<Callable&, Args...>,
                      "the callable does not take this signal's arguments");
        static_assert(
            std::is_trivially_copyable_v<Callable> && std::is_trivially_destructible_v<Callable>,
            "capture by reference or pointer: callables are copied as bytes");
        static_assert(sizeof(Callable) <= callable_size_max,
                      "capture at most six words, or a pointer to anything larger");
        static_assert(alignof(Callable) <= alignof(void*),
                      "capture a pointer instead: this capture needs a larger alignment");
        Slot slot;
        ::new (static_cast<void*>(slot.callable)) Callable(callable);
        Invoke const invoke = [](unsigned char* bytes, Args... args) {
            (*std::launder(reinterpret_cast<Callable*>(bytes)))(args...);
        };
        slot.thunk = reinterpret_cast<Thunk>(invoke);
        return add(slot);
    }

    /// Emits the signal: calls each callable that was connected before the emission and has not
    /// been disconnected since. The callable is copied before it runs, since it may destroy the
    /// signal.
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

/// A connection that ends with its scope. It can be moved, and may outlive the signal.
///
/// Example:
///
///     struct Hud {
///         explicit Hud(linnet::WebSocketClient& client)
///             : closed(client.connection_closed, [this](bool clean) { is_clean = clean; }) {}
///         bool is_clean = false;
///         linnet::ScopedConnection closed;  // disconnects when the Hud is destroyed
///     } hud(client);
class ScopedConnection {
 public:
    /// Not connected to any signal.
    ScopedConnection() = default;
    /// Connects `callable` to `signal`, under the rules of `Signal::connect`.
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

    /// Disconnects now, rather than when the scope ends.
    void reset();
    /// Returns false after `reset`, after the signal was destroyed, and if memory was exhausted
    /// when connecting.
    bool is_connected() const { return signal_ != nullptr; }

 private:
    friend class SignalBase;
    void attach(SignalBase& signal, SlotId id);
    void detach();
    void move_from(ScopedConnection& other);

    SignalBase* signal_ = nullptr;
    SlotId id_ = SlotId::none;
    // The list of the signal's scoped connections, which its destructor detaches.
    ScopedConnection* previous_ = nullptr;
    ScopedConnection* next_ = nullptr;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
