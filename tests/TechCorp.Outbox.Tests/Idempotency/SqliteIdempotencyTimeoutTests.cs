using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using TechCorp.Patterns.Contracts;
using TechCorp.Resilience;

namespace TechCorp.Outbox.Tests;

/// <summary>Another process holds the database, and SQLite's driver waits for it on the calling thread.</summary>
public sealed class SqliteIdempotencyTimeoutTests : DatabaseContract<SqliteDatabase>
{
    private static readonly IdempotencyKey Key = new("payments", "k-1");
    private static readonly JsonTypeInfo<int> Number = (JsonTypeInfo<int>)JsonSerializerOptions.Default.GetTypeInfo(typeof(int));

    private readonly IdempotentOperation<int, int> _operation = new(static (number, _, _) => new ValueTask<int>(number), "number", Number);

    private SqlIdempotencyStore Store => new(Db.Database, Db.Time);

    [Safeguard("A SQLite that is locked holds no caller", SwitchedOff = "`OutboxDatabase.BeginWriteAsync` begins on the caller's thread")]
    [Fact, Trait("Spec", "FR10")]
    public async Task The_store_timeout_ends_a_claim_while_another_process_holds_the_database()
    {
        var timeProvider = new FakeTimeProvider();
        var executor = new IdempotencyExecutor(Store, new IdempotencyOptions { StoreTimeout = TimeSpan.FromSeconds(3) }, timeProvider);
        await using (await LockAsync())
        {
            var call = executor.ExecuteAsync(_operation, Key, Fingerprint.None, 17, Cancel).AsTask();
            await Eventually.Holds(
                () =>
                {
                    timeProvider.Advance(TimeSpan.FromSeconds(3));
                    return call.IsCompleted;
                },
                "the store timeout ends the call");
            await call.Awaiting(c => c).Should().ThrowAsync<TimeoutRejectedException>();
        }

        await KeyIsFreeAsync();
    }

    [Safeguard("A SQLite that is locked holds no caller")]
    [Fact, Trait("Spec", "FR10")]
    public async Task A_caller_that_cancels_is_free_while_another_process_holds_the_database()
    {
        using var caller = new CancellationTokenSource();
        var executor = new IdempotencyExecutor(Store, timeProvider: new FakeTimeProvider());
        await using (await LockAsync())
        {
            var call = executor.ExecuteAsync(_operation, Key, Fingerprint.None, 17, caller.Token).AsTask();

            await caller.CancelAsync();

            await Eventually.Ends(Task.WhenAny(call), "the cancellation ends the call");
            (await call.Awaiting(c => c).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(caller.Token);
        }

        await KeyIsFreeAsync();
    }

    [Safeguard("A SQLite that is locked holds no caller")]
    [Theory, Trait("Spec", "FR10")]
    [InlineData("claim")]
    [InlineData("complete")]
    [InlineData("release")]
    [InlineData("renew")]
    [InlineData("mark in doubt")]
    [InlineData("resolve")]
    [InlineData("sweep")]
    public async Task Each_step_of_the_store_can_be_canceled_while_another_process_holds_the_database(string step)
    {
        using var caller = new CancellationTokenSource();
        var lease = (await Store.TryBeginAsync(Request(Key), Cancel)).Lease;
        await using (await LockAsync())
        {
            var call = StepAsync(step, lease, caller.Token);

            await caller.CancelAsync();

            await Eventually.Ends(Task.WhenAny(call), "the cancellation ends the step");
            call.IsCanceled.Should().BeTrue();
        }

        (await Store.RenewAsync(lease, TimeSpan.FromSeconds(30), Cancel)).Should().BeTrue("the canceled step has changed nothing");
    }

    private Task StepAsync(string step, IdempotencyLease lease, CancellationToken cancellationToken) => step switch
    {
        "claim" => Store.TryBeginAsync(Request(new("payments", "k-2")), cancellationToken).AsTask(),
        "complete" => Store.CompleteAsync(lease, new(false, "number", "17"u8.ToArray()), TimeSpan.FromHours(1), cancellationToken).AsTask(),
        "release" => Store.ReleaseAsync(lease, cancellationToken).AsTask(),
        "renew" => Store.RenewAsync(lease, TimeSpan.FromSeconds(30), cancellationToken).AsTask(),
        "mark in doubt" => Store.MarkInDoubtAsync(lease, cancellationToken).AsTask(),
        "resolve" => Store.ResolveAsync(lease.Key, null, TimeSpan.FromHours(1), cancellationToken).AsTask(),
        _ => Store.SweepAsync(10, cancellationToken).AsTask(),
    };

    private async Task KeyIsFreeAsync()
        => (await Store.TryBeginAsync(Request(Key), Cancel)).Status.Should().Be(IdempotencyClaimStatus.Acquired, "nobody holds the key");

    /// <summary>The write lock, taken past the queue of this process.</summary>
    private async Task<SqliteConnection> LockAsync()
    {
        var connection = new SqliteConnection($"{Db.Database.DataSource.ConnectionString};Pooling=False");
        await connection.OpenAsync(Cancel);
        await connection.ExecuteAsync("begin immediate");
        return connection;
    }

    private static IdempotencyClaimRequest Request(IdempotencyKey key)
        => new(key, Fingerprint.None, Guid.CreateVersion7(), TimeSpan.FromSeconds(30), TimeSpan.FromHours(1));
}
