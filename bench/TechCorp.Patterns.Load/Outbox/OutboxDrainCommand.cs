using System.Globalization;
using Npgsql;
using TechCorp.Messaging;
using TechCorp.Outbox;

namespace TechCorp.Patterns.Load;

/// <summary>How fast a relay publishes a backlog, compared with the same publisher that gets the same messages from memory, in no order.</summary>
internal static class OutboxDrainCommand
{
    internal static async Task RunAsync(Uri server, string postgres, QueueKind kind, int keys, int pairs, int messages, int window)
    {
        await using var queue = await LoadQueue.CreateAsync(server, kind, "outbox_drain");
        await using var bus = await MessageBus.StartAsync(builder => builder
            .UseRabbitMq(server.ToString())
            .ConfigurePublisher(options => options.MaxOutstandingConfirms = window)
            .AddMessage("load.event", LoadJson.Default.LoadEvent, Destination.ToQueue(queue.Name)));
        await using var source = NpgsqlDataSource.Create(postgres);
        var database = new OutboxDatabase(source, SqlDialect.PostgreSql, $"load_{Guid.CreateVersion7():n}");
        try
        {
            await new SchemaMigrator(database).MigrateAsync();
            await using var outbox = TransactionalOutbox.Create(database, bus.Publisher.Catalog);
            Console.WriteLine($"outbox_drain: {kind} queue, {pairs} pairs of {messages} events, {(keys == 0 ? "no key" : $"{keys} keys")}, window {window}");
            await DrainAsync();
            await PublishAsync();

            var result = await Pairs<Measurement>.RunAsync(pairs, DrainAsync, PublishAsync, Report.Pair);

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"RESULT outbox_drain keys={keys} rows_per_s={result.Ours(Speed):0} "
                + $"publish_only_per_s={result.Peer(Speed):0} ratio={result.Ratio(Speed):0.000} queue={kind.ToString().ToLowerInvariant()}"));

            async Task<Measurement> DrainAsync()
            {
                await FillAsync(outbox, keys, messages);
                var measured = await Measurement.TakeAsync(messages, async () =>
                {
                    var counting = new CountingPublisher(bus.Publisher, messages);
                    await using var relay = OutboxRelay.Start(outbox, counting);
                    await counting.Done; // and then the end of the relay, which marks the last
                });
                var left = (await new OutboxMonitor(database).GetStatusAsync()).Pending;
                return left == 0 ? await CheckedAsync(measured) : throw new InvalidOperationException($"{left} events are not marked.");
            }

            async Task<Measurement> PublishAsync()
            {
                var to = Destination.ToQueue(queue.Name);
                var batch = Enumerable.Range(0, messages).Select(i => (bus.Publisher.Catalog.Create(LoadEvent.Of(i)), to)).ToList();
                return await CheckedAsync(await Measurement.TakeAsync(messages, async () => await bus.Publisher.TryPublishBatchAsync(batch)));
            }
        }
        finally
        {
            await using var drop = source.CreateCommand($"drop schema if exists {database.Schema} cascade");
            await drop.ExecuteNonQueryAsync();
        }

        async Task<Measurement> CheckedAsync(Measurement measured)
        {
            var arrived = await queue.CountAsync();
            if (arrived != messages)
            {
                throw new InvalidOperationException($"{messages} events were written, but the queue holds {arrived} messages.");
            }

            await queue.PurgeAsync();
            return measured;
        }
    }

    private static double Speed(Measurement measured) => measured.PerSecond;

    private static async Task FillAsync(TransactionalOutbox outbox, int keys, int messages)
    {
        for (var next = 0; next < messages;)
        {
            await using var work = await outbox.BeginAsync();
            for (var end = Math.Min(messages, next + 1000); next < end; next++)
            {
                var (type, id) = keys == 0 ? ((string?)null, (string?)null) : ("order", $"{next % keys}");
                work.Publish(LoadEvent.Of(next), aggregateType: type, aggregateId: id);
            }

            await work.CommitAsync();
        }
    }
}
