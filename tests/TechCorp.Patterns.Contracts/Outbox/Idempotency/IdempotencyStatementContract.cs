using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TechCorp.Outbox;
using TechCorp.Resilience;

namespace TechCorp.Patterns.Contracts;

/// <summary>What an idempotent operation costs the database, in round trips with a statement (what begins and ends the
/// transaction or sets up the connection apart).</summary>
public abstract class IdempotencyStatementContract<TDatabase> : DatabaseContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const int Duplicates = 1_000;
    private static readonly IdempotencyKey Key = new("payments", "k-1");
    private static readonly Fingerprint Request = Fingerprint.Of("5 EUR");
    private IdempotencyExecutor _executor = null!;
    private int _statements;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var source = new WatchedDataSource(Db.OpenAnotherDataSource()) { BeforeStatement = Count };
        var database = new OutboxDatabase(source, Db.Database.Dialect, Db.Database.Schema);
        _executor = new IdempotencyExecutor(new SqlIdempotencyStore(database, Db.Time), timeProvider: Db.Time);
    }

    [Safeguard("A stored result costs one round trip", SwitchedOff = "claim and read are two commands")]
    [Fact, Trait("Spec", "ID1"), Trait("Spec", "ID2")]
    public async Task The_first_run_costs_two_statements_and_a_replay_one()
    {
        (await CallAsync()).Replayed.Should().BeFalse();
        var first = _statements;
        (await CallAsync()).Replayed.Should().BeTrue();

        first.Should().Be(2);
        (_statements - first).Should().Be(1);
    }

    [Fact, Trait("Spec", "ID3")]
    public async Task A_thousand_duplicates_at_once_in_one_process_cost_one_claim()
    {
        var release = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = Enumerable.Range(0, Duplicates).Select(_ => CallAsync(release.Task)).ToList();
        release.SetResult(17);
        var results = await Task.WhenAll(calls);

        results.Should().OnlyContain(result => result.Value == 17);
        results.Count(result => !result.Replayed).Should().Be(1);
        _statements.Should().Be(2, "one claims and one completes, for all of them");
    }

    private void Count(string statement)
    {
        if (statement.Contains(Db.Database.Table("idempotency"), StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _statements);
        }
    }

    private async Task<IdempotentResult<int>> CallAsync(Task<int>? work = null)
    {
        var result = work ?? Task.FromResult(17);
        var operation = new IdempotentOperation<Task<int>, int>(static (state, _, _) => new ValueTask<int>(state), "number",
            (JsonTypeInfo<int>)JsonSerializerOptions.Default.GetTypeInfo(typeof(int)));
        return await _executor.ExecuteAsync(operation, Key, Request, result, Cancel);
    }
}
