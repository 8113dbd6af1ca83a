using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TechCorp.Messaging;
using TechCorp.Patterns.Contracts;
using TechCorp.Resilience;
using static TechCorp.Patterns.Contracts.Events;

namespace TechCorp.Outbox.Tests;

/// <summary>The outbox starts with the host, which makes its tables: before, every call says so at once.</summary>
public sealed class BeforeTheHostTests
{
    private const string NotYet = "*it starts with the host*";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Safeguard("The outbox says that the host has not started", SwitchedOff = "`OutboxDatabase.AwaitHost` does nothing")]
    [Theory, Trait("Spec", "FM12")]
    [InlineData(typeof(SqliteDatabase))]
    [InlineData(typeof(PostgreSqlDatabase))]
    public async Task Before_the_start_every_call_fails_at_once_and_after_it_works(Type kind)
    {
        await using var database = (TestDatabase)Activator.CreateInstance(kind)!;
        await database.InitializeAsync();
        using var host = Host(database);

        foreach (var (what, call) in Calls(host.Services, database))
        {
            await FluentActions.Awaiting(call).Should().ThrowAsync<InvalidOperationException>(what).WithMessage(NotYet);
        }

        await host.StartAsync(Cancellation);
        foreach (var (what, call) in Calls(host.Services, database))
        {
            await FluentActions.Awaiting(call).Should().NotThrowAsync(what);
        }

        await host.StopAsync(Cancellation);
    }

    [Fact, Trait("Spec", "FM12")]
    public async Task A_service_that_makes_the_tables_by_itself_may_use_them_before_the_host()
    {
        await using var database = new SqliteDatabase();
        await database.InitializeAsync();
        using var host = Host(database);
        await host.Services.GetRequiredService<SchemaMigrator>().MigrateAsync(Cancellation);

        await host.Services.GetRequiredService<OutboxMonitor>().GetStatusAsync(Cancellation);
    }

    [Fact, Trait("Spec", "FM12")]
    public async Task A_second_host_on_a_database_that_is_in_use_closes_it_for_nobody()
    {
        await using var database = new SqliteDatabase();
        await database.InitializeAsync();
        using var first = Host(database);
        await first.StartAsync(Cancellation);
        using var second = Host(database);
        second.Services.GetRequiredService<OutboxMonitor>().Should().NotBeNull();

        await first.Services.GetRequiredService<OutboxMonitor>().GetStatusAsync(Cancellation);

        await first.StopAsync(Cancellation);
    }

    [Fact, Trait("Spec", "FM12")]
    public async Task A_hosted_service_that_was_registered_before_the_outbox_publishes_as_it_starts()
    {
        await using var database = new SqliteDatabase();
        await database.InitializeAsync();
        var broker = new ScriptedBroker();
        using var host = Host(database, broker, services => services.AddHostedService<Greeter>());

        await host.StartAsync(Cancellation);

        await Eventually.Holds(() => broker.Accepted.Count == 1, "the relay publishes it");
        await host.StopAsync(Cancellation);
    }

    [Fact, Trait("Spec", "FM12")]
    public async Task An_event_that_is_committed_after_the_stop_is_kept_for_the_next_host()
    {
        await using var database = new SqliteDatabase();
        await database.InitializeAsync();
        var broker = new ScriptedBroker();
        using var stopped = Host(database);
        await stopped.StartAsync(Cancellation);
        await stopped.StopAsync(Cancellation);

        await using (var work = await stopped.Services.GetRequiredService<TransactionalOutbox>().BeginAsync(cancellationToken: Cancellation))
        {
            work.Publish(Event(null, "1"));
            await work.CommitAsync(Cancellation);
        }

        using var next = Host(database, broker);
        await next.StartAsync(Cancellation);
        await Eventually.Holds(() => broker.Accepted.Count == 1, "the next host's relay publishes it");
        await next.StopAsync(Cancellation);
    }

    private static IHost Host(TestDatabase database, ScriptedBroker? broker = null, Action<IServiceCollection>? first = null)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IMessagePublisher>(broker ?? new ScriptedBroker());
        first?.Invoke(builder.Services);
        builder.Services.AddSingleton(new ProbeSaga(steps => steps.Step("once", (_, _) => Task.FromResult(StepOutcome.Success()))));
        builder.Services.AddTechCorpOutbox(outbox => outbox
            .UseDatabase(database.Database)
            .AddIdempotencyStore()
            .AddSaga<ProbeSaga, ProbeState>(SagaJson.Default.ProbeState));
        return builder.Build();
    }

    private static IEnumerable<(string What, Func<Task> Call)> Calls(IServiceProvider services, TestDatabase database)
    {
        var outbox = services.GetRequiredService<TransactionalOutbox>();
        var sagas = services.GetRequiredService<SagaOrchestrator>();
        var store = services.GetRequiredService<SqlIdempotencyStore>();
        var key = new IdempotencyKey("pay", $"{Guid.CreateVersion7():n}");
        var claim = new IdempotencyClaimRequest(key, Fingerprint.Of("x"), Guid.CreateVersion7(), TimeSpan.FromMinutes(1), TimeSpan.FromHours(1));
        yield return ("unit of work", async () => await (await outbox.BeginAsync(cancellationToken: Cancellation)).DisposeAsync());
        yield return ("publish", () => InTransactionAsync(transaction => outbox.PublishAsync(transaction, [Event(null, "1")], Cancellation)));
        yield return ("saga", () => sagas.StartAsync($"{Guid.CreateVersion7():n}", new ProbeState(""), Cancellation));
        yield return ("saga in a transaction",
            () => InTransactionAsync(transaction => sagas.StartAsync(transaction, $"{Guid.CreateVersion7():n}", new ProbeState(""), Cancellation)));
        yield return ("find a saga", () => sagas.FindAsync(Guid.CreateVersion7(), Cancellation));
        yield return ("list sagas", () => sagas.ListAsync(SagaStatus.Running, cancellationToken: Cancellation));
        yield return ("barrier", () => InTransactionAsync(
            transaction => services.GetRequiredService<SagaBarrier>().EnterActionAsync(transaction, $"{Guid.CreateVersion7():n}", Cancellation)));
        yield return ("idempotency", async () => await store.TryBeginAsync(claim, Cancellation));
        yield return ("status", () => services.GetRequiredService<OutboxMonitor>().GetStatusAsync(Cancellation));
        yield return ("parked events", () => services.GetRequiredService<ParkedEvents>().ListAsync(cancellationToken: Cancellation));
        yield return ("redrive", () => services.GetRequiredService<ParkedEvents>().RedriveAsync(Guid.CreateVersion7(), Cancellation));

        async Task InTransactionAsync(Func<System.Data.Common.DbTransaction, Task> write)
        {
            await using var connection = await database.Database.OpenAsync(Cancellation);
            await using var transaction = await connection.BeginTransactionAsync(Cancellation);
            await write(transaction);
            await transaction.CommitAsync(Cancellation);
        }
    }

    private sealed class Greeter(IServiceProvider services) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await using var work = await services.GetRequiredService<TransactionalOutbox>().BeginAsync(cancellationToken: cancellationToken);
            work.Publish(Event(null, "1"));
            await work.CommitAsync(cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
