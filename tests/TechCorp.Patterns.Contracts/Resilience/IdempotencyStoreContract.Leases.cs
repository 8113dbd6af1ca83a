using TechCorp.Resilience;

namespace TechCorp.Patterns.Contracts;

public abstract partial class IdempotencyStoreContract<TBackend>
{
    [Fact, Trait("Spec", "ID13")]
    public async Task The_key_of_an_owner_that_died_is_taken_over_when_its_lease_has_expired()
    {
        var dead = await Claim();
        await _backend.AdvanceAsync(Lease - TimeSpan.FromSeconds(10));
        (await StatusOf(RequestFor())).Should().Be(IdempotencyClaimStatus.InProgress);
        await _backend.AdvanceAsync(TimeSpan.FromSeconds(10));

        var next = await Claim();

        next.Fence.Should().Be(dead.Fence + 1);
        next.Attempt.Should().Be(2);
        next.Owner.Should().NotBe(dead.Owner);
    }

    [Fact, Trait("Spec", "ID13")]
    public async Task The_key_of_an_owner_that_renewed_and_then_died_is_free_one_lease_after_its_last_renewal()
    {
        var dead = await Claim();
        await _backend.AdvanceAsync(TimeSpan.FromSeconds(20));
        await Store.RenewAsync(dead, Lease);
        await _backend.AdvanceAsync(Lease - TimeSpan.FromSeconds(10));
        (await StatusOf(RequestFor())).Should().Be(IdempotencyClaimStatus.InProgress);

        await _backend.AdvanceAsync(TimeSpan.FromSeconds(10));

        (await Claim()).Fence.Should().Be(dead.Fence + 1);
    }

    [Fact, Trait("Spec", "ID13")]
    public async Task Each_take_over_raises_fence_and_attempt()
    {
        var before = await Claim();
        for (var i = 0; i < 3; i++)
        {
            await _backend.AdvanceAsync(Lease);
            var next = await Claim();
            next.Fence.Should().Be(before.Fence + 1);
            next.Attempt.Should().Be(before.Attempt + 1);
            before = next;
        }
    }

    [Safeguard("The fence grows over what is forgotten", SwitchedOff = "the in-memory store does not keep the highest forgotten fence", Remark = "in memory")]
    [Safeguard("A released key keeps its fence")]
    [Fact, Trait("Spec", "ID8"), Trait("Spec", "ID13")]
    public async Task The_fence_continues_after_a_release()
    {
        await Claim();
        await _backend.AdvanceAsync(Lease);
        var thief = await Claim();
        await Store.ReleaseAsync(thief);

        var next = await Claim(RequestFor(fingerprint: OtherRequest));

        next.Fence.Should().Be(thief.Fence + 1);
        next.Attempt.Should().Be(1);
        (await Store.CompleteAsync(thief, Receipt, Retention)).Should().BeFalse();
    }

    [Safeguard("The fence grows over what is forgotten", Remark = "in memory")]
    [Safeguard("A doubt that is resolved without an outcome keeps its fence", SwitchedOff = "`ResolveWithout` deletes the record")]
    [Fact, Trait("Spec", "ID10"), Trait("Spec", "ID13")]
    public async Task The_fence_continues_after_a_doubt_that_was_resolved_without_an_outcome()
    {
        var doubtful = await Claim();
        await Store.MarkInDoubtAsync(doubtful);
        await _backend.AdvanceAsync(Retention + Lease);
        await Store.ResolveAsync(Key, outcome: null, Retention);
        (await Store.SweepAsync(10)).Should().Be(0);

        (await Claim()).Fence.Should().Be(doubtful.Fence + 1);
    }

    [Safeguard("The fence grows over what is forgotten", Remark = "in memory")]
    [Safeguard("A released key keeps its fence")]
    [Safeguard("The sweep waits for the last lease")]
    [Fact, Trait("Spec", "ID26"), Trait("Spec", "ID13")]
    public async Task No_sweep_within_the_retention_or_the_last_lease_makes_the_fence_begin_again()
    {
        var shortLived = TimeSpan.FromSeconds(10);
        var zombie = await Claim(RequestFor(retention: shortLived));
        await _backend.AdvanceAsync(Lease);
        var finished = await Claim(RequestFor(retention: shortLived));
        (await Store.CompleteAsync(finished, Receipt, shortLived)).Should().BeTrue();
        await _backend.AdvanceAsync(shortLived);
        await Store.SweepAsync(10);
        var released = await Claim();
        released.Fence.Should().BeGreaterThan(finished.Fence).And.BeGreaterThan(zombie.Fence);

        await Store.ReleaseAsync(released);
        await _backend.AdvanceAsync(Retention - shortLived);
        await Store.SweepAsync(10);

        (await Claim()).Fence.Should().BeGreaterThan(released.Fence);
    }

    [Safeguard("Owner and fence of a claim", SwitchedOff = "`and owner = …`, `and fence = …` taken out of the statements that end or renew a claim")]
    [Fact, Trait("Spec", "ID14")]
    public async Task An_owner_that_lost_its_lease_cannot_complete()
    {
        var zombie = await Claim();
        await _backend.AdvanceAsync(Lease);
        var winner = await Claim();

        (await Store.CompleteAsync(zombie, Receipt with { TypeTag = "zombie" }, Retention)).Should().BeFalse();

        await Complete(winner);
        (await Store.CompleteAsync(zombie, Receipt with { TypeTag = "zombie" }, Retention)).Should().BeFalse();
        await ShouldReplay(Receipt);
    }

    [Safeguard("Owner and fence of a claim")]
    [Theory, Trait("Spec", "ID15")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_owner_that_lost_its_lease_cannot_end_the_winners_claim(bool inDoubt)
    {
        var zombie = await Claim();
        await _backend.AdvanceAsync(Lease);
        var winner = await Claim();

        (await End(zombie)).Should().BeFalse();
        (await StatusOf(RequestFor())).Should().Be(IdempotencyClaimStatus.InProgress);

        await Complete(winner);
        (await End(zombie)).Should().BeFalse();
        await ShouldReplay(Receipt);

        ValueTask<bool> End(IdempotencyLease lease) => inDoubt ? Store.MarkInDoubtAsync(lease) : Store.ReleaseAsync(lease);
    }

    [Safeguard("Owner and fence: owner", SwitchedOff = "only the fence is compared", Remark = "in memory")]
    [Safeguard("Owner and fence: fence", SwitchedOff = "only the owner is compared", Remark = "in memory")]
    [Safeguard("Owner and fence of a claim", Remark = "and two more")]
    [Fact, Trait("Spec", "ID15")]
    public async Task Neither_the_owner_nor_the_fence_alone_is_enough()
    {
        var lease = await Claim();

        (await Store.CompleteAsync(lease with { Owner = Guid.CreateVersion7() }, Receipt, Retention)).Should().BeFalse();
        (await Store.CompleteAsync(lease with { Fence = lease.Fence + 1 }, Receipt, Retention)).Should().BeFalse();
        (await Store.ReleaseAsync(lease with { Owner = Guid.CreateVersion7() })).Should().BeFalse();
        (await Store.ReleaseAsync(lease with { Fence = lease.Fence + 1 })).Should().BeFalse();
        (await Store.RenewAsync(lease with { Owner = Guid.CreateVersion7() }, Lease)).Should().BeFalse();
        (await Store.RenewAsync(lease with { Fence = lease.Fence + 1 }, Lease)).Should().BeFalse();

        (await StatusOf(RequestFor())).Should().Be(IdempotencyClaimStatus.InProgress);
    }

    [Fact, Trait("Spec", "ID14")]
    public async Task An_owner_whose_lease_has_expired_but_whose_record_nobody_took_over_can_still_complete()
    {
        var late = await Claim();
        await _backend.AdvanceAsync(Lease + Lease);

        await Complete(late);

        await ShouldReplay(Receipt);
    }

    [Fact, Trait("Spec", "ID16")]
    public async Task A_lease_that_is_renewed_in_time_is_never_taken()
    {
        var lease = await Claim();
        for (var i = 0; i < 4; i++)
        {
            await _backend.AdvanceAsync(TimeSpan.FromSeconds(20));
            (await Store.RenewAsync(lease, Lease)).Should().BeTrue();
            (await StatusOf(RequestFor())).Should().Be(IdempotencyClaimStatus.InProgress);
        }

        await Complete(lease);
    }

    [Fact, Trait("Spec", "ID16")]
    public async Task A_lease_that_was_taken_released_or_left_in_doubt_cannot_be_renewed()
    {
        var taken = await Claim();
        await _backend.AdvanceAsync(Lease);
        var winner = await Claim();
        (await Store.RenewAsync(taken, Lease)).Should().BeFalse();

        await Complete(winner);
        (await Store.RenewAsync(taken, Lease)).Should().BeFalse("another lease has finished it");

        var other = new IdempotencyKey("acme/payments", "released");
        var released = await Claim(RequestFor(other));
        await Store.ReleaseAsync(released);
        (await Store.RenewAsync(released, Lease)).Should().BeFalse();

        var inDoubt = await Claim(RequestFor(new IdempotencyKey("acme/payments", "in doubt")));
        await Store.MarkInDoubtAsync(inDoubt);
        (await Store.RenewAsync(inDoubt, Lease)).Should().BeFalse();
    }

    [Safeguard("A lease whose record is finished is not lost",
        SwitchedOff = "`InMemoryIdempotencyStore.RenewAsync` answers true only for a record in progress",
        Remark = "in memory")]
    [Safeguard("A finished record is no lost lease (database)")]
    [Fact, Trait("Spec", "ID16")]
    public async Task A_lease_that_has_finished_its_record_has_lost_nothing_and_renewing_it_changes_nothing()
    {
        var lease = await Claim();
        await Complete(lease);

        (await Store.RenewAsync(lease, Lease)).Should().BeTrue();
        await _backend.AdvanceAsync(Lease);
        (await Store.RenewAsync(lease, Lease)).Should().BeTrue();

        await ShouldReplay(Receipt);
    }

    [Fact, Trait("Spec", "ID16"), Trait("Spec", "ID26")]
    public async Task A_renewed_lease_is_held_even_past_the_retention_of_its_claim()
    {
        var lease = await Claim(RequestFor(retention: TimeSpan.FromSeconds(60)));
        for (var i = 0; i < 5; i++)
        {
            await _backend.AdvanceAsync(TimeSpan.FromSeconds(20));
            (await Store.RenewAsync(lease, Lease)).Should().BeTrue();
        }

        (await StatusOf(RequestFor())).Should().Be(IdempotencyClaimStatus.InProgress);
        (await StatusOf(RequestFor(fingerprint: OtherRequest))).Should().Be(IdempotencyClaimStatus.Mismatch);
        (await Store.SweepAsync(10)).Should().Be(0);
    }
}
