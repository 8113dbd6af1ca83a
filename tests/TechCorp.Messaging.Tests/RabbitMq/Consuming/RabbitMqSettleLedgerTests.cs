using CsCheck;

namespace TechCorp.Messaging.Tests;

public sealed class RabbitMqSettleLedgerTests
{
    [Safeguard("A tag is settled once", SwitchedOff = "`RabbitMqSettleLedger.TrySettle` takes every tag")]
    [Fact, Trait("Spec", "CN5")]
    public void A_tag_is_settled_once()
    {
        var ledger = Delivered(2);

        ledger.TrySettle(1, Settlement.Acknowledge).Should().BeTrue();
        ledger.TrySettle(1, Settlement.Reject).Should().BeFalse();
        ledger.TrySettle(3, Settlement.Acknowledge).Should().BeFalse();

        Frames(ledger).Should().Equal(new RabbitMqSettleLedger.Frame(1, Settlement.Acknowledge, Multiple: false));
    }

    [Fact]
    public void An_unbroken_run_is_one_frame()
    {
        var ledger = Delivered(5);
        foreach (var tag in new ulong[] { 3, 1, 2, 5 })
        {
            ledger.TrySettle(tag, Settlement.Acknowledge);
        }

        Frames(ledger).Should().Equal(new RabbitMqSettleLedger.Frame(3, Settlement.Acknowledge, Multiple: true),
            new RabbitMqSettleLedger.Frame(5, Settlement.Acknowledge, Multiple: false));
    }

    [Fact]
    public void A_refused_tag_goes_out_before_the_run_that_covers_it()
    {
        var ledger = Delivered(3);
        ledger.TrySettle(1, Settlement.Acknowledge);
        ledger.TrySettle(2, Settlement.Requeue);
        ledger.TrySettle(3, Settlement.Acknowledge);

        Frames(ledger).Should().Equal(new RabbitMqSettleLedger.Frame(2, Settlement.Requeue, Multiple: false),
            new RabbitMqSettleLedger.Frame(3, Settlement.Acknowledge, Multiple: true));
    }

    [Safeguard("Requeued deliveries go out in one frame after the acknowledgements")]
    [Fact, Trait("Spec", "FM4")]
    public void Several_requeued_tags_are_one_frame_after_the_acknowledgements()
    {
        var ledger = Delivered(6);
        for (ulong tag = 1; tag <= 6; tag++)
        {
            ledger.TrySettle(tag, tag is 1 or 2 or 4 ? Settlement.Acknowledge : Settlement.Requeue);
        }

        Frames(ledger).Should().Equal(new RabbitMqSettleLedger.Frame(2, Settlement.Acknowledge, Multiple: true),
            new RabbitMqSettleLedger.Frame(4, Settlement.Acknowledge, Multiple: false),
            new RabbitMqSettleLedger.Frame(6, Settlement.Requeue, Multiple: true));
    }

    [Fact, Trait("Spec", "FM4")]
    public void Requeued_tags_above_an_unsettled_one_have_a_frame_each()
    {
        var ledger = Delivered(3);
        ledger.TrySettle(2, Settlement.Requeue);
        ledger.TrySettle(3, Settlement.Requeue);

        Frames(ledger).Should().Equal(new RabbitMqSettleLedger.Frame(2, Settlement.Requeue, Multiple: false),
            new RabbitMqSettleLedger.Frame(3, Settlement.Requeue, Multiple: false));
    }

    [Fact, Trait("Spec", "CN5")]
    public void To_a_broker_every_delivery_ends_as_it_was_settled_and_no_frame_has_an_unknown_tag()
        => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1000]).Array[0, 200].Sample(steps =>
        {
            var ledger = new RabbitMqSettleLedger();
            var broker = new SortedDictionary<ulong, Settlement?>(); // outstanding at the broker
            var ended = new Dictionary<ulong, Settlement>();
            var wanted = new Dictionary<ulong, Settlement>();
            ulong next = 1;
            foreach (var (kind, choice) in steps)
            {
                if (kind == 0)
                {
                    broker.Add(next, null);
                    ledger.Delivered(next++);
                }
                else if (kind < 3 && next > 1)
                {
                    var tag = ((ulong)choice % next) + 1;
                    var settlement = choice % 5 == 0 ? Settlement.Requeue : choice % 7 == 0 ? Settlement.Reject : Settlement.Acknowledge;
                    ledger.TrySettle(tag, settlement).Should().Be(tag < next && wanted.TryAdd(tag, settlement));
                }
                else
                {
                    Apply(ledger, broker, ended);
                }
            }

            Apply(ledger, broker, ended);
            ended.Should().BeEquivalentTo(wanted);
        }, iter: 1000);

    private static void Apply(RabbitMqSettleLedger ledger, SortedDictionary<ulong, Settlement?> broker, Dictionary<ulong, Settlement> ended)
    {
        foreach (var (tag, settlement, multiple) in Frames(ledger))
        {
            broker.Should().ContainKey(tag, "an unknown tag closes the channel");
            foreach (var settled in multiple ? broker.Keys.Where(key => key <= tag).ToList() : [tag])
            {
                broker.Remove(settled);
                ended.Add(settled, settlement);
            }
        }
    }

    private static List<RabbitMqSettleLedger.Frame> Frames(RabbitMqSettleLedger ledger)
    {
        List<RabbitMqSettleLedger.Frame> frames = [];
        ledger.TakeFrames(frames);
        return frames;
    }

    private static RabbitMqSettleLedger Delivered(ulong count)
    {
        var ledger = new RabbitMqSettleLedger();
        for (ulong tag = 1; tag <= count; tag++)
        {
            ledger.Delivered(tag);
        }

        return ledger;
    }
}
