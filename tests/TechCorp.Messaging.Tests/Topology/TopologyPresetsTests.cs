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

    [Fact, Trait("Spec", "DL3")]
    public void The_dead_letter_queue_has_no_delivery_limit_because_peeking_requeues()
        => Topology.WorkQueue("q").QueuesByName["q.dlq"].DeliveryLimit.Should().BeNull();
}
