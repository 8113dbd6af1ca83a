using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Time.Testing;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>A service over the queues of a former version, which were declared without a delivery limit: they are looked at again and again, and the broker
/// must not have to refuse anything each time.</summary>
public sealed class RabbitMqUpgradedQueueTests : RabbitMqTransportTest
{
    private readonly FakeTimeProvider _timeProvider = new();
    private readonly CollectingLogger _logs = new();
    private int _refusals;

    [Safeguard("Queues of a former version are accepted once", SwitchedOff = "`AcceptedQueues.Contains` is always false")]
    [Safeguard("What exists is looked at, not declared again", SwitchedOff = "`CopyTargets` declares its queues in each pass, and nothing is remembered")]
    [Fact, Trait("Spec", "FM3"), Trait("Spec", "FV1")]
    public async Task Looking_at_the_queues_of_a_former_version_makes_no_channel_errors_and_no_further_warnings()
    {
        var (old, other) = (Backend.Queue("old"), Backend.Queue("other"));
        var policy = new DeliveryPolicy { Delays = [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200)] };
        await DeclareAsFormerlyAsync(old, policy);
        await using var proxy = new TcpProxy(RabbitMqServer.Uri.Host, RabbitMqServer.Port);
        void Count(object? sender, FirstChanceExceptionEventArgs thrown)
            => Interlocked.Add(ref _refusals, IsRefusal(thrown.Exception, old) ? 1 : 0);

        await using (var bus = await StartAsync(proxy, old, other, policy))
        {
            AppDomain.CurrentDomain.FirstChanceException += Count;
            try
            {
                for (var round = 0; round < 4; round++)
                {
                    await RestoredAsync(other); // the queues of the other one were looked at in the same pass
                }

                _refusals.Should().Be(0, "what exists was only looked at");
                proxy.Cut();
                await RestoredAsync(other);
                _refusals.Should().Be(0, "what was accepted on one connection is accepted on the next");
            }
            finally
            {
                AppDomain.CurrentDomain.FirstChanceException -= Count;
            }
        }

        _logs.Entries.Where(entry => entry.Id == 2040 && entry.Text.Contains(old, StringComparison.Ordinal)).Should().ContainSingle()
            .Which.Text.Should().ContainAll($"{old}.dlq", $"{old}.retry.100ms", $"{old}.retry.200ms");
        await RemoveAsync(policy, old, other);
    }

    [Safeguard("What was accepted without a limit is declared with one when it is gone",
        SwitchedOff = "`TopologyDeclarer.QueueAsync` declares it as it was accepted")]
    [Fact, Trait("Spec", "FM3"), Trait("Spec", "FV1")]
    public async Task A_queue_of_a_former_version_that_is_deleted_is_declared_with_its_limit()
    {
        var (old, other) = (Backend.Queue("old"), Backend.Queue("other"));
        await DeclareAsFormerlyAsync(old, DeliveryPolicy.NoRetry);
        await using var proxy = new TcpProxy(RabbitMqServer.Uri.Host, RabbitMqServer.Port);
        await using var bus = await StartAsync(proxy, old, other, DeliveryPolicy.NoRetry);

        await RestoredAsync(old);

        var transport = await Backend.StartAsync(new PublisherOptions());
        var limited = Topology.Empty.Add(Topology.DeadLetterQueue(old, QueueKind.Quorum));
        (await transport.PlanAsync(limited, Cancellation)).Single().Should()
            .BeEquivalentTo(new { Kind = TopologyChangeKind.Identical, Detail = "" });
    }

    private Task<MessageBus> StartAsync(TcpProxy proxy, string old, string other, DeliveryPolicy policy) => MessageBus.StartAsync(
        m => m.UseRabbitMq(RabbitMqServer.Through(proxy.Port).ToString()).UseTimeProvider(_timeProvider).UseLoggerFactory(_logs)
            .AddTopology(Topology.WorkQueue(old).Add(Topology.WorkQueue(other)))
            .AddMessage("order.created", TestJson.Default.OrderCreated)
            .AddConsumer<OrderCreated>(old, (_, _, _) => Task.CompletedTask, o => o.Policy = policy)
            .AddConsumer<OrderCreated>(other, (_, _, _) => Task.CompletedTask, o => o.Policy = policy),
        Cancellation);

    /// <summary>Deletes the dead-letter queue and waits until the service has declared it again.</summary>
    private async Task RestoredAsync(string queue)
    {
        await RabbitMqServer.DeleteQueueAsync(Topology.DeadLetterQueueOf(queue));
        await Eventually.Holds(
            async () =>
            {
                _timeProvider.Advance(TimeSpan.FromMilliseconds(200));
                await using var probe = await RabbitMqServer.ChannelAsync();
                try
                {
                    await probe.QueueDeclarePassiveAsync(Topology.DeadLetterQueueOf(queue), Cancellation);
                    return true;
                }
                catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
                {
                    return false; // it is not there yet
                }
            },
            "it is declared again");
    }

    private static bool IsRefusal(Exception exception, string queue)
        => exception.Message.Contains("PRECONDITION_FAILED", StringComparison.Ordinal) && exception.Message.Contains(queue, StringComparison.Ordinal);

    /// <summary>The queues for dead letters and retries, as they were before they had a limit.</summary>
    private async Task DeclareAsFormerlyAsync(string queue, DeliveryPolicy policy)
    {
        var transport = await Backend.StartAsync(new PublisherOptions());
        var formerly = Topology.RetryLadder(queue, policy).Queues.Append(Topology.DeadLetterQueue(queue, QueueKind.Quorum))
            .Aggregate(Topology.Empty, (topology, now) => topology.Add(now with { DeliveryLimit = null }));
        await transport.DeclareAsync(formerly, TopologyMode.Create, Cancellation);
    }

    private static async Task RemoveAsync(DeliveryPolicy policy, params string[] queues)
    {
        foreach (var retry in queues.SelectMany(queue => policy.Delays.Select(delay => Topology.RetryQueueOf(queue, delay))))
        {
            await RabbitMqServer.DeleteQueueAsync(retry);
        }
    }
}
