using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>A channel that the broker has closed, before the client has reported it.</summary>
public sealed class PublishChannelLoopTests : IAsyncDisposable
{
    private static readonly ShutdownEventArgs NotFound = new(ShutdownInitiator.Peer, 404, "NOT_FOUND - no exchange 'missing' in vhost '/'");
    private readonly FakeTimeProvider _timeProvider = new();
    private readonly TaskCompletionSource _closes = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PublishQueue _queue;
    private readonly PublishChannelLoop _loop;
    private int _channels;

    public PublishChannelLoopTests()
    {
        var missing = new MissingExchanges((_, _) => Task.FromResult(false));
        _queue = new PublishQueue(4, ConnectionLossBehavior.Fail, missing, _timeProvider);
        _queue.Writer = new PublishWriter(_queue);
        var link = new BrokerLink(Scripted.Of<IConnection>(OnConnection), BrokerAddress.Of(new Uri("amqp://localhost")), 1, TimeSpan.FromSeconds(3),
            _timeProvider);
        _loop = new PublishChannelLoop(_ => Task.FromResult(link), _queue, missing, new RabbitMqOptions(), _timeProvider, NullLogger.Instance);
    }

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    [Safeguard("The publish that closed a channel fails with what the broker said, even if its writer saw the closed channel first",
        SwitchedOff = "`PublishChannelLoop` does not read `CloseReason`")]
    [Fact, Trait("Spec", "PB7")]
    public async Task The_publish_that_closed_the_channel_gets_the_brokers_reason_also_when_its_writer_met_the_closed_channel_first()
    {
        var entry = await PublishAsync();

        entry.Outcome.Should().BeEquivalentTo(new { Kind = PublishOutcomeKind.Returned, Code = 404 });
    }

    [Safeguard("A channel whose close is not answered is disposed", SwitchedOff = "close and dispose are one step")]
    [Fact]
    public async Task A_channel_whose_close_is_not_answered_is_disposed_all_the_same()
    {
        await PublishAsync();
        await Eventually.Ends(_closes.Task, "it is being closed");

        await Eventually.Holds(
            () =>
            {
                _timeProvider.Advance(TimeSpan.FromSeconds(1));
                return _disposed.Task.IsCompleted;
            },
            "it is disposed when the close has timed out");
    }

    /// <summary>One publish to the missing exchange, until it has its answer.</summary>
    private async Task<PublishEntry> PublishAsync()
    {
        var entry = new PublishEntry(_queue.Endings, _timeProvider)
        {
            Message = TextMessage.Of("x"),
            Exchange = "missing",
            Deadline = _timeProvider.GetTimestamp() + (30 * _timeProvider.TimestampFrequency),
            Properties = new BasicProperties(),
        };
        _queue.Enqueue(entry);
        _loop.Start();
        await Eventually.Ends(entry.DoneAsync().AsTask(), "it has an answer");
        return entry;
    }

    private object? OnConnection(string member, object?[] arguments) => member switch
    {
        "CreateChannelAsync" when ++_channels == 1 => Task.FromResult(Scripted.Of<IChannel>(OnChannel)),
        "CreateChannelAsync" => new TaskCompletionSource<IChannel>().Task.WaitAsync((CancellationToken)arguments[1]!),
        _ => null,
    };

    private object? OnChannel(string member, object?[] arguments)
    {
        switch (member)
        {
            case "get_CloseReason":
                return NotFound;
            case "get_IsOpen":
                return false;
            case "BasicPublishAsync":
                return new ValueTask(Task.FromException(new AlreadyClosedException(NotFound)));
            case "CloseAsync":
                _closes.TrySetResult();
                return new TaskCompletionSource().Task;
            case "DisposeAsync":
                _disposed.TrySetResult();
                return ValueTask.CompletedTask;
            default:
                return null;
        }
    }
}
