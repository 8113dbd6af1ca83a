using System.Globalization;
using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>Random runs of an operation through the executors of processes that die, are robbed of their lease, take long and
/// call at once: the effect happens once.</summary>
public abstract class IdempotencyExecutorContract<TDatabase> : DatabaseContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private SqlIdempotencyStore _store = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Db.ExecuteAsync($"create table {IdempotencyExecutorRun.Effects(Db)} (id text not null)");
        _store = new SqlIdempotencyStore(Db.Database, Db.Time);
    }

    [Safeguard("Through the executor: owner and fence", SwitchedOff = "`Complete`, `Release`, `Doubt` and `Renew` ask for neither")]
    [Safeguard("Through the executor: a running lease is not taken over", SwitchedOff = "the claim takes any record in progress")]
    [Safeguard("Through the executor: a lease that has ended is taken over", SwitchedOff = "the claim never takes one")]
    [Safeguard("Through the executor: each claim raises the fence", SwitchedOff = "it stays")]
    [Safeguard("Through the executor: a renewal is asked for", SwitchedOff = "every renewal taken for granted")]
    [Safeguard("Through the executor: the calls of a process share one claim", SwitchedOff = "every call leads its own flight")]
    [Safeguard("Through the executor: an outcome that the operation committed itself is a completion", SwitchedOff = "`CompleteAsync` does not search for one")]
    [Fact, Trait("Spec", "ID3"), Trait("Spec", "ID4"), Trait("Spec", "ID13"), Trait("Spec", "ID14"), Trait("Spec", "ID15"), Trait("Spec", "ID16"),
        Trait("Spec", "ID19")]
    public Task A_hundred_runs_through_the_executor_have_one_effect_each() => RunAsync(Enumerable.Range(1, 100));

    [Fact, Trait("Category", "Soak"), Trait("Spec", "ID3"), Trait("Spec", "ID4"), Trait("Spec", "ID13"), Trait("Spec", "ID14"), Trait("Spec", "ID15"),
        Trait("Spec", "ID16"), Trait("Spec", "ID19")]
    public Task Ten_thousand_runs_through_the_executor_have_one_effect_each() => RunAsync(Enumerable.Range(1_000, 10_000));

    private async Task RunAsync(IEnumerable<int> seeds)
    {
        if (Environment.GetEnvironmentVariable(IdempotencyExecutorRun.SeedVariable) is { Length: > 0 } one)
        {
            await new IdempotencyExecutorRun(Db, _store, int.Parse(one, CultureInfo.InvariantCulture)).ExecuteAsync();
            return;
        }

        var seen = new HashSet<string>();
        foreach (var seed in seeds)
        {
            var run = new IdempotencyExecutorRun(Db, _store, seed);
            await run.ExecuteAsync();
            seen.UnionWith(run.Seen);
        }

        seen.Should().Contain(IdempotencyExecutorRun.WorthSeeing, "runs that never come to this prove nothing about it");
    }
}
