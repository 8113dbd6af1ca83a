using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>Random runs of an operation by processes that crash, lose their lease, repeat themselves and come at once: the effect happens once.</summary>
public abstract class IdempotencyCrashContract<TDatabase> : DatabaseContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private SqlIdempotencyStore _store = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Db.ExecuteAsync($"create table {IdempotencyCrashRun.Effects(Db)} (id text not null)");
        _store = new SqlIdempotencyStore(Db.Database, Db.Time);
    }

    [Safeguard("Only the lease that holds the record completes it", SwitchedOff = "`Complete` asks for no owner and fence")]
    [Safeguard("Only the lease that holds the record releases it", SwitchedOff = "`Release` asks for no owner and fence")]
    [Safeguard("Only the lease that holds the record renews it", SwitchedOff = "`Renew` asks for no owner and fence")]
    [Safeguard("A running lease is not taken over", SwitchedOff = "the claim takes any record in progress")]
    [Safeguard("A lease that has ended is taken over", SwitchedOff = "the claim never takes one")]
    [Safeguard("Each takeover raises the fence", SwitchedOff = "it stays")]
    [Safeguard("A released key keeps its fence")]
    [Safeguard("A finished record is no lost lease (database)", SwitchedOff = "`RenewAsync` answers true only for a record in progress")]
    [Fact, Trait("Spec", "ID13"), Trait("Spec", "ID14"), Trait("Spec", "ID15"), Trait("Spec", "ID19")]
    public Task Two_hundred_runs_with_crashes_thefts_and_duplicates_have_one_effect_each() => RunAsync(Enumerable.Range(1, 200));

    [Fact, Trait("Category", "Soak"), Trait("Spec", "ID13"), Trait("Spec", "ID14"), Trait("Spec", "ID15"), Trait("Spec", "ID19")]
    public Task Ten_thousand_runs_with_crashes_thefts_and_duplicates_have_one_effect_each() => RunAsync(Enumerable.Range(1_000, 10_000));

    private async Task RunAsync(IEnumerable<int> seeds)
    {
        var seen = new HashSet<string>();
        foreach (var seed in seeds)
        {
            var run = new IdempotencyCrashRun(Db, _store, seed);
            await run.ExecuteAsync();
            seen.UnionWith(run.Seen);
        }

        seen.Should().BeEquivalentTo(IdempotencyCrashRun.WorthSeeing, "runs that never come to this prove nothing about it");
    }
}
