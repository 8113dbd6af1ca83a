namespace TechCorp.Resilience.Tests;

public sealed class InMemoryIdempotencyStoreTests
{
    private static readonly StoredOutcome Outcome = new(Failed: false, "receipt", new byte[] { 1 });
    private readonly TestClock _clock = new();

    [Fact, Trait("Spec", "ID27")]
    public async Task A_full_store_forgets_the_outcome_that_finished_longest_ago()
    {
        var store = new InMemoryIdempotencyStore(capacity: 3, _clock);
        var running = await Claim(store, "running");
        await Finish(store, "first");
        await Finish(store, "second");

        await Finish(store, "third");

        store.Count.Should().Be(3);
        (await Status(store, "second")).Should().Be(IdempotencyClaimStatus.Replay);
        (await Status(store, "third")).Should().Be(IdempotencyClaimStatus.Replay);
        (await store.RenewAsync(running, TimeSpan.FromSeconds(1))).Should().BeTrue();
        (await Status(store, "first")).Should().Be(IdempotencyClaimStatus.Acquired);
    }

    [Fact, Trait("Spec", "ID27")]
    public async Task What_was_swept_away_does_not_stand_in_line_any_more()
    {
        var store = new InMemoryIdempotencyStore(capacity: 2, _clock);
        await Finish(store, "swept");
        _clock.Advance(TimeSpan.FromHours(1));
        await store.SweepAsync(1);
        await Finish(store, "first");
        await Finish(store, "second");

        await Claim(store, "third");

        store.Count.Should().Be(2);
        (await Status(store, "second")).Should().Be(IdempotencyClaimStatus.Replay);
    }

    [Fact, Trait("Spec", "ID27")]
    public async Task A_store_full_of_running_operations_refuses_new_ones_and_forgets_none()
    {
        var store = new InMemoryIdempotencyStore(capacity: 2, _clock);
        await Claim(store, "a");
        var b = await Claim(store, "b");

        await store.Awaiting(s => Claim(s, "c")).Should().ThrowAsync<InvalidOperationException>().WithMessage("*2 records*");

        await store.ReleaseAsync(b);
        await Claim(store, "c");
    }

    [Fact, Trait("Spec", "ID27")]
    public async Task Keys_that_expire_and_run_again_leave_nothing_behind()
    {
        var store = new InMemoryIdempotencyStore(capacity: 2, _clock);
        for (var i = 0; i < 10; i++)
        {
            await Finish(store, "again");
            _clock.Advance(TimeSpan.FromHours(1));
        }

        store.Count.Should().Be(1);
        await Finish(store, "other");
        await Finish(store, "third");
        store.Count.Should().Be(2);
    }

    [Fact, Trait("Spec", "ID27")]
    public async Task A_store_full_of_dead_claims_forgets_one_of_them()
    {
        var store = new InMemoryIdempotencyStore(capacity: 1, _clock);
        await Claim(store, "dead");
        _clock.Advance(TimeSpan.FromHours(1));

        (await Status(store, "next")).Should().Be(IdempotencyClaimStatus.Acquired);

        store.Count.Should().Be(1);
    }

    [Fact]
    public async Task A_claim_is_forgotten_at_the_very_end_of_its_lease_and_retention()
    {
        var store = new InMemoryIdempotencyStore(timeProvider: _clock);
        await store.TryBeginAsync(Request("short") with { Retention = TimeSpan.FromSeconds(30) });
        _clock.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));
        (await store.SweepAsync(10)).Should().Be(0);

        _clock.Advance(TimeSpan.FromTicks(1));

        (await store.SweepAsync(10)).Should().Be(1);
    }

    [Fact, Trait("Spec", "ID27")]
    public async Task A_replay_allocates_nothing()
    {
        var store = new InMemoryIdempotencyStore(timeProvider: TimeProvider.System);
        await Finish(store, "hit");
        var request = Request("hit");
        Hit();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            Hit();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Hit() => _ = store.TryBeginAsync(request).Result.Status;
    }

    private static IdempotencyClaimRequest Request(string key)
        => new(new IdempotencyKey("memory", key), Fingerprint.None, Guid.CreateVersion7(), TimeSpan.FromSeconds(30), TimeSpan.FromHours(1));

    private static async Task<IdempotencyLease> Claim(InMemoryIdempotencyStore store, string key) => (await store.TryBeginAsync(Request(key))).Lease;

    private static async Task<IdempotencyClaimStatus> Status(InMemoryIdempotencyStore store, string key) => (await store.TryBeginAsync(Request(key))).Status;

    private static async Task Finish(InMemoryIdempotencyStore store, string key)
        => (await store.CompleteAsync(await Claim(store, key), Outcome, TimeSpan.FromHours(1))).Should().BeTrue();
}
