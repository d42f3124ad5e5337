// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/signal.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

SignalBase::~SignalBase() {
    for (Emission* emission = emission_; emission != nullptr; emission = emission->outer) {
        emission->over = true;
    }
    while (scoped_ != nullptr) scoped_->detach();
}

bool SignalBase::grow() {
    const Bytes slots(reinterpret_cast<const std::uint8_t*>(slot_array()), count_ * sizeof(Slot));
    if (!more_.reallocate(capacity_ * 2 * sizeof(Slot), slots)) return false;
    capacity_ *= 2;
    return true;
}

SlotId SignalBase::add(Slot& slot) {
    if (count_ == capacity_ && !grow()) return SlotId::none;
    slot.id = static_cast<SlotId>(next_id_++);
    slot_array()[count_++] = slot;
    return slot.id;
}

bool SignalBase::disconnect(SlotId id) {
    Slot* const end = slot_array() + count_;
    Slot* const found = std::find_if(slot_array(), end, [id](const Slot& s) { return s.id == id; });
    if (found == end) return false;
    std::copy(found + 1, end, found);
    --count_;
    return true;
}

void SignalBase::begin(Emission& emission) {
    emission.outer = std::exchange(emission_, &emission);
}

void SignalBase::finish(const Emission& emission) {
    emission_ = emission.outer;
}

// Slots are sorted by id, so that slots can be added and removed during an emission.
bool SignalBase::next(Emission& emission, Slot& slot) const {
    for (const Slot* s = slot_array(); s != slot_array() + count_; ++s) {
        if (s->id <= emission.last) continue;
        if (s->id >= emission.end) return false;
        slot = *s;
        emission.last = s->id;
        return true;
    }
    return false;
}

void ScopedConnection::attach(SignalBase& signal, SlotId id) {
    if (id == SlotId::none) return;
    signal_ = &signal;
    id_ = id;
    previous_ = nullptr;
    next_ = std::exchange(signal.scoped_, this);
    if (next_ != nullptr) next_->previous_ = this;
}

void ScopedConnection::detach() {
    LINNET_ASSERT(signal_ != nullptr);
    (previous_ != nullptr ? previous_->next_ : signal_->scoped_) = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
    signal_ = nullptr;
}

void ScopedConnection::reset() {
    if (signal_ == nullptr) return;
    SignalBase& signal = *signal_;
    detach();
    signal.disconnect(id_);
}

void ScopedConnection::move_from(ScopedConnection& other) {
    if (other.signal_ == nullptr) return;
    SignalBase& signal = *other.signal_;
    other.detach();
    attach(signal, other.id_);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
