using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using TechCorp.Messaging;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

/// <summary>A database that is away is logged once with its stack, then in one line a pass.</summary>
public sealed class RelayOutageLogTests
{
    private readonly FakeTimeProvider _timeProvider = new();

    [Safeguard("The stack of an outage is logged once")]
    [Fact, Trait("Spec", "FM17")]
    public async Task A_relay_without_its_database_logs_one_line_a_pass_and_its_stack_once()
    {
        var log = new PassLog();
        var source = SqliteFactory.Instance.CreateDataSource($"Data Source={Path.Combine(Path.GetTempPath(), "no-such-folder", "x.db")};Mode=ReadWrite");
        await using var database = source;
        await using var outbox = TransactionalOutbox.Create(new OutboxDatabase(source, SqlDialect.Sqlite), new MessageCatalog(), timeProvider: _timeProvider);
        await using var relay = OutboxRelay.Start(outbox, new ScriptedBroker(), logger: log);

        await Eventually.Holds(
            () =>
            {
                _timeProvider.Advance(TimeSpan.FromSeconds(1));
                return log.Entries.Count >= 8;
            },
            "it is tried again and again");

        log.Entries.Count(entry => entry.Exception is not null).Should().Be(1);
        log.Entries.Should().OnlyContain(entry => entry.Text.Contains("unable to open database file", StringComparison.Ordinal) && !entry.Text.Contains('\n'));
    }

    [Safeguard("The stack of an outage is logged once")]
    [Fact, Trait("Spec", "FM17")]
    public async Task A_sweeper_without_its_database_logs_one_line_a_pass_and_its_stack_once()
    {
        var log = new PassLog();
        using var sweeper = new Sweeper("inbox", _ => throw new IOException("the database\nis away"), TimeSpan.FromSeconds(1), _timeProvider, log);
        await sweeper.StartAsync(TestContext.Current.CancellationToken);

        await Eventually.Holds(
            () =>
            {
                _timeProvider.Advance(TimeSpan.FromSeconds(1));
                return log.Entries.Count >= 5;
            },
            "it is tried again and again");
        await sweeper.StopAsync(TestContext.Current.CancellationToken);

        log.Entries.Count(entry => entry.Exception is not null).Should().Be(1);
        log.Entries.Should().OnlyContain(entry => entry.Text.EndsWith("the database is away", StringComparison.Ordinal));
    }

    private sealed class PassLog : ILogger<OutboxRelay>
    {
        private readonly Lock _gate = new();
        private readonly List<(string Text, Exception? Exception)> _entries = []; // guarded by _gate

        internal IReadOnlyList<(string Text, Exception? Exception)> Entries
        {
            get
            {
                lock (_gate)
                {
                    return [.. _entries];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_gate)
            {
                _entries.Add((formatter(state, exception), exception));
            }
        }
    }
}
