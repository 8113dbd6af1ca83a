using System.CommandLine;
using TechCorp.Messaging;
using TechCorp.Patterns.Load;

var server = new Option<string>("--rabbitmq")
{
    Description = "AMQP URI of the server; default: TECHCORP_RABBITMQ.",
    DefaultValueFactory = _ => Environment.GetEnvironmentVariable("TECHCORP_RABBITMQ") ?? "",
    Recursive = true,
};
var kind = new Option<QueueKind>("--queue") { Description = "classic or quorum.", DefaultValueFactory = _ => QueueKind.Quorum, Recursive = true };
var pairs = LoadProgram.Count("--pairs", "How many times both sides run, alternately.", 9);
var messages = LoadProgram.Count("--messages", "Messages of each side in each pair.", 30_000);
var window = LoadProgram.Count("--window", "Maximum number of unconfirmed publishes.", 256);
var seed = new Option<int>("--seed") { Description = "The same seed gives the same faults.", DefaultValueFactory = _ => 1 };
var seconds = LoadProgram.Count("--seconds", "How many seconds each side runs.", 30);
var kills = LoadProgram.Count("--kills", "How many faults occur.", 20);

var publish = Comparison("publish", "Confirmed publishing, compared with RabbitMQ.Client and its own tracking.", PublishCommand.RunAsync);
var tracker = Comparison("tracker", "A minimal tracker over RabbitMQ.Client instead of our side: the best result this machine allows.",
    PublishCommand.RunTrackerAsync);
var roundTrip = Comparison("roundtrip", "Publish, consume and acknowledge, compared with RabbitMQ.Client.", RoundTripCommand.RunAsync);
var latency = Comparison("latency", "The time to the confirm at half of the maximum rate, open loop, compared with RabbitMQ.Client.", LatencyCommand.RunAsync);
var ledger = new Command("ledger", "Counts every message under reproducible faults, on our side and with RabbitMQ.Client.") { seed, seconds, kills };
ledger.SetAction((parsed, _) => LoadProgram.GuardAsync(parsed.GetValue(server)!,
    uri => LedgerCommand.RunAsync(uri, parsed.GetValue(kind), parsed.GetValue(seed), parsed.GetValue(seconds), parsed.GetValue(kills))));
var rounds = LoadProgram.Count("--rounds", "How many times every case runs, alternately.", 5);
var sizing = new Command("sizing", "The throughput of a consumer by prefetch and concurrency, as a ratio to the defaults.") { rounds };
sizing.SetAction((parsed, _) => LoadProgram.GuardAsync(parsed.GetValue(server)!, async uri =>
{
    await SizingCommand.RunAsync(uri, parsed.GetValue(kind), parsed.GetValue(rounds));
    return true;
}));
var bounds = new Command("bounds", "Measures the times that the guides guarantee, on this machine.") { rounds };
bounds.SetAction((parsed, _) => LoadProgram.GuardAsync(parsed.GetValue(server)!, async uri =>
{
    await BoundsCommand.RunAsync(uri, parsed.GetValue(kind), parsed.GetValue(rounds));
    return true;
}));

var database = new Option<string>("--postgres")
{
    Description = "Connection string of the database; default: TECHCORP_POSTGRES.",
    DefaultValueFactory = _ => Environment.GetEnvironmentVariable("TECHCORP_POSTGRES") ?? "",
};
var keys = new Option<int>("--keys") { Description = "How many ordering keys the events have; 0: none.", DefaultValueFactory = _ => 1000 };
var events = LoadProgram.Count("--messages", "Events of each side in each pair.", 20_000);
var unconfirmed = LoadProgram.Count("--window", "Maximum number of unconfirmed publishes.", 1024);
var drain = new Command("outbox_drain", "How fast a relay publishes a backlog, compared with its publisher alone.")
{
    database,
    keys,
    pairs,
    events,
    unconfirmed,
};
drain.SetAction((parsed, _) => LoadProgram.GuardAsync(parsed.GetValue(server)!, async uri =>
{
    await OutboxDrainCommand.RunAsync(uri, LoadProgram.Database(parsed.GetValue(database)!), parsed.GetValue(kind), parsed.GetValue(keys),
        parsed.GetValue(pairs), parsed.GetValue(events), parsed.GetValue(unconfirmed));
    return true;
}));

var root = new RootCommand("Load tests against a RabbitMQ on this machine, compared with the raw client. Each command ends with RESULT lines.")
{
    server,
    kind,
    publish,
    tracker,
    roundTrip,
    latency,
    ledger,
    sizing,
    bounds,
    drain,
};
return await LoadProgram.InvokeAsync(root, args);

Command Comparison(string name, string description, Func<Uri, QueueKind, int, int, int, Task> run)
{
    var command = new Command(name, description) { pairs, messages, window };
    command.SetAction((parsed, _) => LoadProgram.GuardAsync(parsed.GetValue(server)!, async uri =>
    {
        await run(uri, parsed.GetValue(kind), parsed.GetValue(pairs), parsed.GetValue(messages), parsed.GetValue(window));
        return true;
    }));
    return command;
}
