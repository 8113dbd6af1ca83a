using System.Globalization;
using System.Text;
using Dapper;
using TechCorp.Outbox;
using TechCorp.Resilience;

namespace TechCorp.Patterns.Contracts;

/// <summary>
/// One run: three processes work on one key, in an order that the seed decides, beside a model of what the record must be. Each process claims, runs its
/// effect in one transaction with its outcome, dies at any point, and goes on as a zombie after its lease was stolen.
/// </summary>
internal sealed class IdempotencyCrashRun(TestDatabase db, SqlIdempotencyStore store, int seed)
{
    private const int Steps = 14;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Retention = TimeSpan.FromHours(24);

    private readonly Random _random = new(seed);
    private readonly IdempotencyKey _key = new("runs", seed.ToString(CultureInfo.InvariantCulture));
    private readonly Guid[] _owners = [Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7()];
    private readonly IdempotencyLease?[] _leases = new IdempotencyLease?[3]; // what each process believes

    // The model.
    private IdempotencyLease? _holder;
    private bool _leaseOver;
    private string? _outcome;
    private IdempotencyLease? _finisher;
    private long _highestFence;

    /// <summary>What a set of runs must have come to.</summary>
    internal static string[] WorthSeeing { get; } =
        ["first claim", "repeated claim", "refused claim", "theft", "replay", "commit", "crash before the commit", "zombie's commit", "repeated commit",
            "zombie's release", "release", "lost renewal", "duplicates at once"];

    internal HashSet<string> Seen { get; } = [];

    internal static string Effects(TestDatabase db) => db.Database.Table("effects");

    internal async Task ExecuteAsync()
    {
        for (var step = 0; step < Steps; step++)
        {
            var process = _random.Next(3);
            await (_random.Next(9) switch
            {
                0 or 1 => ClaimAsync(process),
                2 => RunAsync(process, commits: true),
                3 => RunAsync(process, commits: false),
                4 => RenewAsync(process),
                5 => ReleaseAsync(process),
                6 => ExpireAsync(),
                7 => DieAsync(process),
                _ => ClaimAtOnceAsync(),
            });
        }

        await FinishAsync();
        await db.ExecuteAsync("delete from {idempotency}");
        await db.ExecuteAsync($"delete from {Effects(db)}");
    }

    private async Task ClaimAsync(int process)
    {
        var mine = _holder?.Owner == _owners[process];
        var claim = await store.TryBeginAsync(Request(_owners[process]), Cancel);

        Is(claim.Status, Expected(mine));
        if (claim.Status == IdempotencyClaimStatus.Replay)
        {
            See("replay");
            IsOutcome(claim);
        }
        else if (claim.Status == IdempotencyClaimStatus.Acquired)
        {
            See(mine ? "repeated claim" : _holder is null ? "first claim" : "theft");
            Take(claim.Lease, again: mine);
            _leases[process] = claim.Lease;
        }
        else
        {
            See("refused claim");
        }
    }

    /// <summary>Several calls with the same key arrive together: no more than one may run.</summary>
    private async Task ClaimAtOnceAsync()
    {
        var expected = Expected(mine: false);
        var claims = await Task.WhenAll(Enumerable.Range(0, 4)
            .Select(_ => Task.Run(async () => await store.TryBeginAsync(Request(Guid.CreateVersion7()), Cancel), Cancel)));

        See("duplicates at once");
        var acquired = claims.Where(claim => claim.Status == IdempotencyClaimStatus.Acquired).ToList();
        Is(acquired.Count, expected == IdempotencyClaimStatus.Acquired ? 1 : 0);
        foreach (var other in claims.Where(claim => claim.Status != IdempotencyClaimStatus.Acquired))
        {
            Is(other.Status, expected == IdempotencyClaimStatus.Replay ? IdempotencyClaimStatus.Replay : IdempotencyClaimStatus.InProgress);
        }

        if (acquired is [var one])
        {
            Take(one.Lease, again: false); // the owner dies at once
        }
    }

    /// <summary>The effect and its outcome in one transaction, as a service does it.</summary>
    private async Task RunAsync(int process, bool commits)
    {
        if (_leases[process] is not { } lease)
        {
            return;
        }

        var holds = _holder == lease;
        var repeats = _outcome is not null && _finisher == lease;
        var result = repeats ? "another result" : $"result of {lease.Fence}";
        await using (var write = await db.Database.BeginWriteAsync(cancellationToken: Cancel))
        {
            if (!repeats)
            {
                await write.Connection.ExecuteAsync($"insert into {Effects(db)} (id) values (@id)", new { id = _key.Value }, write.Transaction);
            }

            var completed = await store.CompleteAsync(write.Transaction, lease, Outcome(result), Retention, Cancel);
            Is(completed, holds || repeats);
            if (!completed)
            {
                See("zombie's commit");
                return; // rolls back, as the contract says
            }

            if (!commits)
            {
                See("crash before the commit");
                _leases[process] = null;
                _owners[process] = Guid.CreateVersion7();
                return;
            }

            await write.CommitAsync(Cancel);
        }

        See(repeats ? "repeated commit" : "commit");
        (_outcome, _finisher, _holder) = (_outcome ?? result, lease, null);
    }

    private async Task RenewAsync(int process)
    {
        if (_leases[process] is { } lease)
        {
            var renewed = await store.RenewAsync(lease, Lease, Cancel);
            var holds = _holder == lease;
            Is(renewed, holds || (_outcome is not null && _finisher == lease));
            _leaseOver = !holds && _leaseOver;
            See(renewed ? "renewal" : "lost renewal");
        }
    }

    private async Task ReleaseAsync(int process)
    {
        if (_leases[process] is { } lease)
        {
            var released = await store.ReleaseAsync(lease, Cancel);
            Is(released, _holder == lease);
            _holder = released ? null : _holder;
            See(released ? "release" : "zombie's release");
        }
    }

    private async Task ExpireAsync()
    {
        await db.AgeAsync(Lease);
        _leaseOver = true;
    }

    /// <summary>The process is gone; another takes its place and knows nothing.</summary>
    private Task DieAsync(int process)
    {
        (_leases[process], _owners[process]) = (null, Guid.CreateVersion7());
        return Task.CompletedTask;
    }

    /// <summary>However it went: the next call after everybody's death ends it, and then there is one effect and one outcome.</summary>
    private async Task FinishAsync()
    {
        await ExpireAsync();
        for (var call = 0; call < 2; call++)
        {
            await DieAsync(0);
            await ClaimAsync(0);
            await RunAsync(0, commits: true);
        }

        Is(await db.ScalarAsync<long>($"select count(*) from {Effects(db)}"), 1L);
        Is(_outcome is not null, true);
    }

    private IdempotencyClaimStatus Expected(bool mine)
        => _outcome is not null ? IdempotencyClaimStatus.Replay
            : _holder is null || mine || _leaseOver ? IdempotencyClaimStatus.Acquired
            : IdempotencyClaimStatus.InProgress;

    private void Take(IdempotencyLease lease, bool again)
    {
        Is(again ? lease.Fence == _highestFence : lease.Fence > _highestFence, true);
        (_holder, _leaseOver, _highestFence) = (lease, false, lease.Fence);
    }

    private void IsOutcome(IdempotencyClaim claim) => Is(Encoding.UTF8.GetString(claim.Outcome.Payload.Span), _outcome);

    private void Is<T>(T actual, T expected)
    {
        if (!EqualityComparer<T>.Default.Equals(actual, expected))
        {
            Assert.Fail($"Seed {seed}: {actual} where {expected} was expected; until then: {string.Join(", ", Seen)}.");
        }
    }

    private void See(string what)
    {
        if (WorthSeeing.Contains(what))
        {
            Seen.Add(what);
        }
    }

    private IdempotencyClaimRequest Request(Guid owner) => new(_key, Fingerprint.Of("one request"), owner, Lease, Retention);

    private static StoredOutcome Outcome(string result) => new(Failed: false, "result", Encoding.UTF8.GetBytes(result));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
