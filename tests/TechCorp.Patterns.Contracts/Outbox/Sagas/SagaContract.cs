using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>What the suites about sagas share: the order saga with its participants, processes that come and go, and the oracle of the net effect.</summary>
public abstract class SagaContract<TDatabase> : DatabaseContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private protected static readonly OrderState Order = new("o-1", Quantity: 2, Amount: 300);
    private readonly List<SagaOrchestrator> _processes = [];
    private readonly List<TaskCompletionSource> _hung = [];

    private protected SagaWarehouse Warehouse { get; private set; } = null!;

    private protected SagaGateway Gateway { get; private set; } = null!;

    private protected SagaLedgerOutbox Outbox { get; private set; } = null!;

    private protected SagaOptions Options { get; } = new();

    private protected ILogger Logger { get; set; } = NullLogger.Instance;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await SagaParticipant.CreateLedgerAsync(Db);
        Outbox = new SagaLedgerOutbox(Db);
        await Outbox.CreateAsync();
        (Warehouse, Gateway) = (new SagaWarehouse(Db), new SagaGateway(Db));
    }

    /// <summary>A process that runs the order saga. Nothing in it happens by itself: the test drives it.</summary>
    private protected SagaOrchestrator Process()
        => Process(new SagaRegistration<OrderState>(_ => new OrderSaga(Warehouse, Gateway), SagaJson.Default.OrderState));

    private protected SagaOrchestrator Process<TState>(Func<Saga<TState>> saga, JsonTypeInfo<TState> json)
        where TState : class
        => Process(new SagaRegistration<TState>(_ => saga(), json));

    private protected SagaOrchestrator Process(params SagaRegistration[] sagas) => Process(Outbox, sagas);

    private protected SagaOrchestrator Process(IOutbox outbox, params SagaRegistration[] sagas)
    {
        var process = new SagaOrchestrator(Db.Database, outbox, sagas, NoContainer.Instance, Options, Db.Time, Logger);
        process.Worker.Open();
        _processes.Add(process);
        return process;
    }

    /// <summary>The process dies when it reaches this point: its work hangs forever, and its leases run out.</summary>
    private protected Task DiesAt(SagaOrchestrator process, SagaPoint point, Func<SagaInstance, bool> when)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Runner.At = async (p, instance) =>
        {
            if (p == point && when(instance))
            {
                _processes.Remove(process);
                reached.TrySetResult();
                await HangAsync();
            }
        };
        return reached.Task.WaitAsync(Watchdog, Cancel);
    }

    /// <summary>Nobody waits for this process any more: it is dead.</summary>
    private protected void Forget(SagaOrchestrator process) => _processes.Remove(process);

    private protected Task HangAsync()
    {
        var hung = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_hung)
        {
            _hung.Add(hung);
        }

        return hung.Task;
    }

    /// <summary>The time after which a killed process has lost its sagas.</summary>
    private protected Task LeaseRunsOutAsync() => Db.AgeAsync(Options.LeaseDuration + TimeSpan.FromMilliseconds(10));

    /// <summary>Runs what is due, and lets time pass to what is due next, until the saga rests: ended, or waiting for a person.</summary>
    private protected Task<SagaSnapshot> DriveAsync(SagaOrchestrator process, string key = "o-1", Func<SagaSnapshot, bool>? until = null)
        => DriveAsync<OrderState>(process, key, until);

    private protected async Task<SagaSnapshot> DriveAsync<TState>(SagaOrchestrator process, string key, Func<SagaSnapshot, bool>? until)
        where TState : class
    {
        for (var round = 0; round < 300; round++)
        {
            await process.IdleAsync().WaitAsync(Watchdog, Cancel);
            var saga = await process.FindAsync<TState>(key, Cancel) ?? throw new InvalidOperationException($"There is no saga {key}.");
            if (saga.IsFinal || until?.Invoke(saga) == true || await IsAtRestAsync())
            {
                return saga;
            }

            var (started, next) = await process.Worker.RunDueAsync(Cancel);
            if (started == 0)
            {
                await Db.AgeAsync(next + TimeSpan.FromMilliseconds(1));
            }
        }

        throw new TimeoutException($"Saga {key} did not come to rest.");
    }

    private protected async Task<SagaSnapshot> RunAsync(SagaOrchestrator process, string key = "o-1", Func<SagaSnapshot, bool>? until = null)
    {
        await process.StartAsync(key, Order with { OrderId = key }, Cancel);
        return await DriveAsync(process, key, until);
    }

    /// <summary>What was booked under an operation.</summary>
    private protected async Task<long> BookedAsync(string operation, string key = "o-1")
        => await Db.ScalarAsync<long>($"select coalesce(sum(amount), 0) from {Db.Database.Table("ledger")} where operation = "
        + "@operation and business_key = @key", new { operation, key });

    /// <summary>Completed: each effect once, nothing undone.</summary>
    private protected async Task EverythingHappenedOnceAsync(string key = "o-1")
    {
        var net = new[]
        {
            await BookedAsync("reserve", key),
            await BookedAsync("charge", key),
            await BookedAsync("confirm", key),
            await BookedAsync("refund", key),
            await BookedAsync("release", key),
        };
        net.Should().Equal([Order.Quantity, Order.Amount, Order.Quantity, 0, 0], "each step has its effect once, and none is undone");
        (await Outbox.BodiesAsync()).Count(b => b.Contains($"\"{key}\"", StringComparison.Ordinal)).Should().Be(1);
    }

    /// <summary>Compensated: nothing is left of it.</summary>
    private protected async Task NothingIsLeftAsync(string key = "o-1")
    {
        (await BookedAsync("charge", key) - await BookedAsync("refund", key)).Should().Be(0, "what was charged is refunded, and no more");
        (await BookedAsync("reserve", key) - await BookedAsync("release", key)).Should().Be(0, "what was reserved is released, and no more");
        (await BookedAsync("confirm", key)).Should().Be(0);
    }

    private protected static TimeSpan Watchdog => TimeSpan.FromSeconds(30);

    public override async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async Task<bool> IsAtRestAsync() => await Db.ScalarAsync<long>("select count(*) from {saga} where next_at is not null") == 0;
}
