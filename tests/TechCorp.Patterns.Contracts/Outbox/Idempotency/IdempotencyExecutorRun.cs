using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dapper;
using TechCorp.Outbox;
using TechCorp.Resilience;

namespace TechCorp.Patterns.Contracts;

/// <summary>
/// One run: processes call one operation through their executors, one after another and at once, each with an end that the random seed
/// draws. The effect is in one
/// transaction with the outcome. However they end: never two effects, one result for all, growing fences, and one effect after the last retry.
/// </summary>
internal sealed class IdempotencyExecutorRun(TestDatabase db, SqlIdempotencyStore store, int seed)
{
    /// <summary>The environment variable with the one seed to run.</summary>
    internal const string SeedVariable = "TECHCORP_IDEMPOTENCY_SEED";

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Retention = TimeSpan.FromHours(24);
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(60);
    private static readonly IdempotencyScenario[] Scenarios = Enum.GetValues<IdempotencyScenario>();

    private readonly Random _random = new(seed);
    private readonly IdempotencyKey _key = new("runs", seed.ToString(CultureInfo.InvariantCulture));
    private readonly List<string> _trail = [];
    private readonly List<long> _fences = []; // of the runs of the operation, as they began; guarded by itself
    private IdempotencyProcess? _alive;
    private bool _isHeldByTheDead;

    /// <summary>What a set of runs must have come to.</summary>
    internal static IEnumerable<string> WorthSeeing
        => [.. Scenarios.Select(scenario => scenario.ToString()), "conflict with the dead", "conflict", "waiter", "duplicates", "replay"];

    internal HashSet<string> Seen { get; } = [];

    internal static string Effects(TestDatabase db) => db.Database.Table("effects");

    internal async Task ExecuteAsync()
    {
        try
        {
            for (var steps = _random.Next(2, 5); steps > 0; steps--)
            {
                await StepAsync(Scenarios[_random.Next(Scenarios.Length)]);
                Is(await CountAsync() <= 1, true, "effects");
            }

            await StepAsync(IdempotencyScenario.Finishes);
            Is(await CountAsync(), 1L, "effects");
            Is((await CallAsync(NewProcess(), new(IdempotencyScenario.Finishes, null!)).WaitAsync(Watchdog, Cancel)).Replayed, true, "replayed");
            See("replay");
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !Cancel.IsCancellationRequested)
        {
            Assert.Fail($"Seed {seed} ({string.Join(", ", _trail)}): {exception.Message} To see it again: {SeedVariable}={seed}.\n{exception}");
        }

        await db.ExecuteAsync("delete from {idempotency}");
        await db.ExecuteAsync($"delete from {Effects(db)}");
    }

    private async Task StepAsync(IdempotencyScenario scenario)
    {
        _trail.Add(scenario.ToString());
        if (_isHeldByTheDead)
        {
            await ShouldConflictAsync("conflict with the dead");
            await db.AgeAsync(Lease);
            _isHeldByTheDead = false;
        }

        var process = _alive is { IsAlive: true } && _random.Next(2) == 0 ? _alive : NewProcess();
        _alive = process;
        var isFinished = await CountAsync() == 1;
        await (isFinished || scenario < IdempotencyScenario.TakesLong ? RunAsync(process, scenario, isFinished)
            : scenario == IdempotencyScenario.TakesLong ? TakeLongAsync(process)
            : BeRobbedAsync(process, scenario));
        Seen.Add(scenario.ToString());
    }

    /// <summary>One to four calls at once in one process, until they have ended or it has died.</summary>
    private async Task RunAsync(IdempotencyProcess process, IdempotencyScenario scenario, bool isFinished)
    {
        process.Scenario = scenario;
        var calls = Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Task.Run(() => CallAsync(process, new(scenario, process)), Cancel)).ToList();
        Seen.Add(calls.Count > 1 ? "duplicates" : "");
        await Task.WhenAny(Task.WhenAll(calls), process.Died).WaitAsync(Watchdog, Cancel);
        process.Scenario = null;
        if (!process.IsAlive)
        {
            _isHeldByTheDead = !isFinished
                && scenario is IdempotencyScenario.DiesAfterTheClaim or IdempotencyScenario.DiesBeforeTheEffect or IdempotencyScenario.DiesBeforeTheCommit;
            return;
        }

        if (scenario == IdempotencyScenario.Throws && !isFinished)
        {
            Is(calls.All(call => call.Exception?.InnerException is InvalidOperationException), true, "each call failed");
            return;
        }

        var results = await Task.WhenAll(calls);
        Is(results.Count(result => !result.Replayed), isFinished ? 0 : 1, "calls that ran it");
        await ShouldBeTheEffectAsync(results);
    }

    /// <summary>A heartbeat keeps the key longer than its lease; one call of another process is refused, another waits for the result.</summary>
    private async Task TakeLongAsync(IdempotencyProcess process)
    {
        var attempt = new Attempt(IdempotencyScenario.TakesLong, process);
        var call = CallAsync(process, attempt);
        await attempt.Started.WaitAsync(Watchdog, Cancel);
        for (var third = 0; third < 4; third++)
        {
            await db.AgeAsync(Lease / 3);
            await process.Clock.PassAsync(due => due == Lease / 3, Cancel).WaitAsync(Watchdog, Cancel);
            await process.RenewedAsync(Cancel).WaitAsync(Watchdog, Cancel);
        }

        await ShouldConflictAsync("conflict");
        var other = NewProcess();
        var waiter = CallAsync(other, new(IdempotencyScenario.Finishes, other));
        await other.Clock.PassAsync(IsPause, Cancel).WaitAsync(Watchdog, Cancel);
        Is(waiter.IsCompleted, false, "the waiter has ended");
        attempt.GoOn();
        Is((await call.WaitAsync(Watchdog, Cancel)).Replayed, false, "replayed");
        while (!waiter.IsCompleted)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            await Task.WhenAny(waiter, other.Clock.PassAsync(IsPause, ended.Token)).WaitAsync(Watchdog, Cancel);
            await ended.CancelAsync();
        }

        Is((await waiter).Replayed, true, "the waiter replayed");
        Seen.Add("waiter");
        await ShouldBeTheEffectAsync([await call, await waiter]);
    }

    private async Task BeRobbedAsync(IdempotencyProcess process, IdempotencyScenario scenario)
    {
        var attempt = new Attempt(scenario, process);
        var call = CallAsync(process, attempt);
        await attempt.Started.WaitAsync(Watchdog, Cancel);
        await db.AgeAsync(Lease);
        IdempotencyScenario[] thieves =
        [
            IdempotencyScenario.Finishes, IdempotencyScenario.Throws, IdempotencyScenario.DiesBeforeTheCommit, IdempotencyScenario.DiesAfterTheCommit,
        ];
        var thief = thieves[_random.Next(thieves.Length)];
        _trail.Add($"by one that {thief}");
        await RunAsync(NewProcess(), thief, isFinished: false);
        if (scenario == IdempotencyScenario.IsRobbedAndLearnsIt)
        {
            await process.Clock.PassAsync(due => due == Lease / 3, Cancel).WaitAsync(Watchdog, Cancel);
            await ShouldThrowAsync(IdempotencyFailureReason.LeaseLost, call);
        }
        else
        {
            attempt.GoOn();
            await ShouldThrowAsync<ZombieException>(call);
        }
    }

    private async Task<string> OperateAsync(Attempt attempt, IdempotencyLease lease, CancellationToken token)
    {
        lock (_fences)
        {
            Is(_fences.Count == 0 || lease.Fence > _fences[^1], true, $"fence {lease.Fence} grows over {string.Join(' ', _fences)}");
            _fences.Add(lease.Fence);
        }

        await attempt.BeginAsync(token);
        if (attempt.Scenario == IdempotencyScenario.DiesBeforeTheEffect)
        {
            return await attempt.Process.DieAsync<string>();
        }

        if (attempt.Scenario == IdempotencyScenario.Throws)
        {
            throw new InvalidOperationException("The operation failed.");
        }

        var id = Guid.CreateVersion7().ToString();
        await using (var write = await db.Database.BeginWriteAsync(cancellationToken: token))
        {
            await write.Connection.ExecuteAsync($"insert into {Effects(db)} (id) values (@id)", new { id }, write.Transaction);
            var outcome = new StoredOutcome(false, "effect", JsonSerializer.SerializeToUtf8Bytes(id, TypeInfo));
            if (!await store.CompleteAsync(write.Transaction, lease, outcome, Retention, token))
            {
                throw new ZombieException();
            }

            if (attempt.Scenario != IdempotencyScenario.DiesBeforeTheCommit)
            {
                await write.CommitAsync(token);
            }
        }

        return attempt.Scenario is IdempotencyScenario.DiesBeforeTheCommit or IdempotencyScenario.DiesAfterTheCommit
            ? await attempt.Process.DieAsync<string>()
            : id;
    }

    private Task<IdempotentResult<string>> CallAsync(IdempotencyProcess process, Attempt attempt)
    {
        var operation = new IdempotentOperation<Attempt, string>((state, lease, token) => new(OperateAsync(state, lease, token)), "effect", TypeInfo);
        return process.Executor.ExecuteAsync(operation, _key, Fingerprint.Of("one request"), attempt, Cancel).AsTask();
    }

    private async Task ShouldConflictAsync(string what)
    {
        var process = NewProcess(waits: false);
        await ShouldThrowAsync(IdempotencyFailureReason.Conflict, CallAsync(process, new(IdempotencyScenario.Finishes, process)));
        See(what);
    }

    private async Task ShouldBeTheEffectAsync(IEnumerable<IdempotentResult<string>> results)
    {
        var effect = await db.ScalarAsync<string>($"select max(id) from {Effects(db)}");
        Is(results.All(result => result.Value == effect), true, "each result is that of the effect");
    }

    private static async Task ShouldThrowAsync(IdempotencyFailureReason reason, Task call)
    {
        await ShouldThrowAsync<IdempotencyException>(call);
        Is(((IdempotencyException)call.Exception!.InnerException!).Reason, reason, "the reason");
    }

    private static async Task ShouldThrowAsync<TException>(Task call)
        where TException : Exception
    {
        await Task.WhenAny(call).WaitAsync(Watchdog, Cancel);
        Is(call.Exception?.InnerException?.GetType(), typeof(TException), "the call's exception");
    }

    private IdempotencyProcess NewProcess(bool waits = true) => new(store, Lease, waits);

    private Task<long> CountAsync() => db.ScalarAsync<long>($"select count(*) from {Effects(db)}");

    private void See(string what) => Seen.Add(what);

    private static bool IsPause(TimeSpan due) => due > TimeSpan.Zero && due <= TimeSpan.FromSeconds(1);

    private static void Is<T>(T actual, T expected, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(actual, expected))
        {
            throw new ContractException($"{what}: {actual}, not {expected}.");
        }
    }

    private static JsonTypeInfo<string> TypeInfo { get; } = (JsonTypeInfo<string>)JsonSerializerOptions.Default.GetTypeInfo(typeof(string));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private sealed class ZombieException() : Exception("The lease was lost; rolled back.");

    private sealed class ContractException(string message) : Exception(message);

    private sealed class Attempt(IdempotencyScenario scenario, IdempotencyProcess process)
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal IdempotencyScenario Scenario => scenario;

        internal IdempotencyProcess Process => process;

        internal Task Started => _started.Task;

        internal void GoOn() => _goOn.SetResult();

        internal Task BeginAsync(CancellationToken token)
        {
            _started.TrySetResult();
            return scenario < IdempotencyScenario.TakesLong ? Task.CompletedTask : _goOn.Task.WaitAsync(token);
        }
    }
}
