namespace TechCorp.Messaging.Tests;

public sealed class TopologyPresetsTests
{
    [Fact, Trait("Spec", "TP5")]
    public void Each_quorum_work_queue_has_a_delivery_limit()
    {
        var topologies = new[] { Topology.WorkQueue("q"), Topology.Fanout("x", "q"), Topology.Topic("x", ("#", "q")) };

        topologies.Select(topology => topology.QueuesByName["q"].DeliveryLimit).Should().AllBeEquivalentTo(100);
    }

    [Theory, Trait("Spec", "TP5")]
    [InlineData(QueueKind.Quorum, 5, 5)]
    [InlineData(QueueKind.Classic, null, null)]
    public void One_that_is_given_is_kept_and_a_classic_queue_gets_none(QueueKind kind, int? given, int? kept)
        => Topology.WorkQueue(new QueueDeclaration("q") { Kind = kind, DeliveryLimit = given }).QueuesByName["q"].DeliveryLimit.Should().Be(kept);

    [Theory, Trait("Spec", "DL3"), Trait("Spec", "FV1")]
    [InlineData(QueueKind.Quorum, 1_000_000_000)]
    [InlineData(QueueKind.Classic, null)]
    public void Dead_letter_and_retry_queues_have_a_delivery_limit_that_is_never_reached_because_a_look_counts(QueueKind kind, int? limit)
        => Topology.WorkQueue(new QueueDeclaration("q") { Kind = kind }).Add(Topology.RetryLadder("q", DeliveryPolicy.Default, kind)).Queues
            .Where(queue => queue.Name != "q").Select(queue => queue.DeliveryLimit).Should().HaveCount(5).And.AllBeEquivalentTo(limit);
}
