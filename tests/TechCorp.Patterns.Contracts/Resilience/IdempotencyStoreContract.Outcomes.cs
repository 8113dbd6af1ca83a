using TechCorp.Resilience;

namespace TechCorp.Patterns.Contracts;

public abstract partial class IdempotencyStoreContract<TBackend>
{
    [Fact, Trait("Spec", "ID2")]
    public async Task A_finished_key_replays_the_same_bytes_every_time()
    {
        await Complete(await Claim());

        await ShouldReplay(Receipt);
        await ShouldReplay(Receipt);
    }

    [Fact, Trait("Spec", "ID9")]
    public async Task A_stored_failure_is_replayed_as_one()
    {
        var failure = Receipt with { Failed = true, TypeTag = "failure" };

        await Complete(await Claim(), failure);

        await ShouldReplay(failure);
    }

    [Fact, Trait("Spec", "ID21")]
    public async Task Empty_and_binary_payloads_round_trip()
    {
        await Complete(await Claim(), Receipt with { Payload = default });
        await ShouldReplay(Receipt with { Payload = default });
        await _backend.AdvanceAsync(Retention);

        var binary = Receipt with { Payload = Enumerable.Range(0, 100_000).Select(i => (byte)i).ToArray() };
        await Complete(await Claim(), binary);
        await ShouldReplay(binary);
    }

    [Fact, Trait("Spec", "ID2")]
    public async Task The_store_keeps_a_copy_of_the_bytes()
    {
        byte[] bytes = [1, 2, 3];
        await Complete(await Claim(), Receipt with { Payload = bytes });

        bytes[0] = 9;

        await ShouldReplay(Receipt with { Payload = new byte[] { 1, 2, 3 } });
    }

    [Fact, Trait("Spec", "ID18")]
    public async Task Completing_again_after_a_lost_reply_is_recorded_and_the_first_outcome_stays()
    {
        var lease = await Claim();
        await Complete(lease);

        await Complete(lease, Receipt with { TypeTag = "second" });

        await ShouldReplay(Receipt);
    }

    [Fact, Trait("Spec", "ID8")]
    public async Task A_released_key_is_free_for_any_request()
    {
        (await Store.ReleaseAsync(await Claim())).Should().BeTrue();

        var next = await Claim(RequestFor(fingerprint: OtherRequest));

        next.Attempt.Should().Be(1);
    }

    [Fact, Trait("Spec", "ID8")]
    public async Task A_finished_key_cannot_be_failed()
    {
        var lease = await Claim();
        await Complete(lease);

        (await Store.ReleaseAsync(lease)).Should().BeFalse();
        (await Store.MarkInDoubtAsync(lease)).Should().BeFalse();

        await ShouldReplay(Receipt);
    }

    [Fact, Trait("Spec", "ID10")]
    public async Task A_key_in_doubt_stays_so_past_lease_and_retention_and_is_never_swept()
    {
        (await Store.MarkInDoubtAsync(await Claim())).Should().BeTrue();
        await _backend.AdvanceAsync(Retention + Retention);

        (await StatusOf(RequestFor())).Should().Be(IdempotencyClaimStatus.InDoubt);
        (await StatusOf(RequestFor(fingerprint: OtherRequest))).Should().Be(IdempotencyClaimStatus.Mismatch);
        (await Store.SweepAsync(10)).Should().Be(0);
    }

    [Fact, Trait("Spec", "ID10")]
    public async Task A_key_in_doubt_accepts_nothing_from_its_old_lease()
    {
        var lease = await Claim();
        await Store.MarkInDoubtAsync(lease);

        (await Store.CompleteAsync(lease, Receipt, Retention)).Should().BeFalse();
        (await Store.RenewAsync(lease, Lease)).Should().BeFalse();
        (await Store.ReleaseAsync(lease)).Should().BeFalse();
    }

    [Fact, Trait("Spec", "ID10")]
    public async Task Resolving_with_an_outcome_replays_it()
    {
        await Store.MarkInDoubtAsync(await Claim());

        (await Store.ResolveAsync(Key, Receipt, Retention)).Should().BeTrue();

        await ShouldReplay(Receipt);
        await _backend.AdvanceAsync(Retention);
        (await StatusOf(RequestFor())).Should().Be(IdempotencyClaimStatus.Acquired);
    }

    [Fact, Trait("Spec", "ID10")]
    public async Task Resolving_without_an_outcome_lets_the_next_call_run()
    {
        await Store.MarkInDoubtAsync(await Claim());

        (await Store.ResolveAsync(Key, outcome: null, Retention)).Should().BeTrue();

        (await StatusOf(RequestFor())).Should().Be(IdempotencyClaimStatus.Acquired);
    }

    [Fact, Trait("Spec", "ID10")]
    public async Task Only_a_key_in_doubt_can_be_resolved()
    {
        (await Store.ResolveAsync(Key, Receipt, Retention)).Should().BeFalse();
        var lease = await Claim();
        (await Store.ResolveAsync(Key, outcome: null, Retention)).Should().BeFalse();
        await Complete(lease);
        (await Store.ResolveAsync(Key, outcome: null, Retention)).Should().BeFalse();

        await ShouldReplay(Receipt);
    }

    [Fact, Trait("Spec", "ID17")]
    public async Task An_outcome_past_its_retention_is_as_if_it_had_never_been_under_the_next_fence()
    {
        var first = await Claim();
        await Complete(first);
        await _backend.AdvanceAsync(Retention);

        var next = await Claim(RequestFor(fingerprint: OtherRequest));

        next.Attempt.Should().Be(1);
        next.Fence.Should().BeGreaterThan(first.Fence);
        (await Store.CompleteAsync(first, Receipt, Retention)).Should().BeFalse();
    }

    [Fact, Trait("Spec", "ID17")]
    public async Task Retention_counts_from_the_completion()
    {
        var lease = await Claim();
        await _backend.AdvanceAsync(TimeSpan.FromHours(1));
        await Complete(lease);
        await _backend.AdvanceAsync(Retention - TimeSpan.FromMinutes(1));

        await ShouldReplay(Receipt);
    }

    [Fact, Trait("Spec", "ID26")]
    public async Task The_sweeper_deletes_what_is_forgotten_in_bounded_batches()
    {
        for (var i = 0; i < 5; i++)
        {
            await Complete(await Claim(RequestFor(new IdempotencyKey("old", $"{i}"))));
        }

        await Claim(RequestFor(new IdempotencyKey("dead", "1")));
        await _backend.AdvanceAsync(Retention);
        await Claim(RequestFor(new IdempotencyKey("live", "1")));
        await Complete(await Claim());

        (await Store.SweepAsync(4)).Should().Be(4);
        (await Store.SweepAsync(4)).Should().Be(2);
        (await Store.SweepAsync(4)).Should().Be(0);
        (await StatusOf(RequestFor(new IdempotencyKey("live", "1")))).Should().Be(IdempotencyClaimStatus.InProgress);
        await ShouldReplay(Receipt);
    }

    [Fact, Trait("Spec", "ID26")]
    public async Task Sweepers_on_many_nodes_delete_each_record_once()
    {
        for (var i = 0; i < 20; i++)
        {
            await Complete(await Claim(RequestFor(new IdempotencyKey("old", $"{i}"))));
        }

        await _backend.AdvanceAsync(Retention);

        var swept = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () => await Store.SweepAsync(20))));

        swept.Sum().Should().Be(20);
    }
}
