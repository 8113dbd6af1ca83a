using Microsoft.Extensions.Logging;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

public sealed class LoggedSecretsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact, Trait("Spec", "FH3")]
    public async Task A_secret_in_a_handlers_exception_reaches_no_log_and_no_dead_letter()
    {
        const string Queue = "leaking";
        using var log = new Exceptions();
        var broker = new InMemoryBroker();
        await using var bus = await MessageBus.StartAsync(
            m => m.UseInMemory(broker)
                .UseLoggerFactory(log)
                .AddMessage("job", new JobFormat())
                .AddTopology(Topology.WorkQueue(Queue))
                .AddConsumer<Job>(
                    Queue,
                    (_, _, _) => throw new InvalidOperationException("outer", new InvalidOperationException("no login with password=hunter2")),
                    options => options.Policy = new DeliveryPolicy { ImmediateAttempts = 2, Delays = [TimeSpan.FromMilliseconds(1)] }),
            Cancellation);

        await bus.Publisher.PublishAsync(bus.Publisher.Catalog.Create(new Job(1)), Destination.ToQueue(Queue), cancellationToken: Cancellation);
        await Eventually.Holds(() => bus.Consumers.Status().Single().DeadLettered == 1, "the message is dead-lettered");

        log.Texts.Should()
            .NotContain(text => text.Contains("hunter2", StringComparison.Ordinal)).And.Contain(text => text.Contains("password=***",
                StringComparison.Ordinal));
        foreach (var letter in await bus.DeadLetters.PeekAsync(Queue, cancellationToken: Cancellation))
        {
            string.Concat(letter.ExceptionMessage, letter.ExceptionStack).Should().Contain("password=***").And.NotContain("hunter2");
        }
    }

    [Fact, Trait("Spec", "FH3")]
    public void An_exception_that_is_logged_as_such_is_scrubbed()
    {
        using var log = new Exceptions();
        var logger = new NonThrowingLoggerFactory(log).CreateLogger("TechCorp.Messaging.RabbitMq");

        var failure = new InvalidOperationException("amqp://app:hunter2@broker/ cannot be reached");
        logger.ConnectFailed("orders", "rabbitmq://broker/", 1, TimeSpan.Zero, LoggedCauses.LineOf(failure), failure);

        log.Texts.Should().ContainSingle().Which.Should().StartWith("2002").And.Contain("amqp://***@broker/ cannot be reached").And.NotContain("hunter2");
    }

    private sealed class Exceptions : ILoggerFactory, ILogger
    {
        private readonly List<string> _texts = [];

        internal IReadOnlyList<string> Texts
        {
            get
            {
                lock (_texts)
                {
                    return [.. _texts];
                }
            }
        }

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_texts)
            {
                _texts.Add($"{eventId.Id} {formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
