using CsCheck;

namespace TechCorp.Messaging.Tests;

public sealed class ConfirmTrackerTests
{
    private static readonly Gen<(int Kind, int Choice)> Step = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 1_000_000]);

    [Fact, Trait("Spec", "PB13")]
    public void Sequence_numbers_begin_at_1_and_have_no_gaps()
    {
        var tracker = new ConfirmTracker<string>(4);

        new[] { tracker.Add("a"), tracker.Add("b"), tracker.Add("c") }.Should().Equal(1, 2, 3);
    }

    [Fact, Trait("Spec", "PB13")]
    public void A_multiple_confirm_takes_everything_up_to_its_number_oldest_first_and_no_more()
    {
        var tracker = Filled("a", "b", "c", "d");
        tracker.TryTake(2);
        List<string> taken = [];

        tracker.TakeUpTo(3, taken);

        taken.Should().Equal("a", "c");
        tracker.Count.Should().Be(1);
    }

    [Fact, Trait("Spec", "PB4")]
    public void A_confirm_that_comes_twice_or_for_an_unknown_number_takes_nothing()
    {
        var tracker = Filled("a", "b");
        tracker.TryTake(1);
        List<string> taken = [];

        tracker.TryTake(1).Should().BeNull();
        tracker.TryTake(77).Should().BeNull();
        tracker.TakeUpTo(1, taken);

        taken.Should().BeEmpty();
        tracker.Count.Should().Be(1);
    }

    [Fact]
    public void One_publish_that_is_never_confirmed_does_not_hold_back_a_thousand_younger_ones()
    {
        var tracker = Filled("stuck");
        for (ulong i = 2; i <= 1000; i++)
        {
            tracker.Add($"{i}").Should().Be(i);
            tracker.TryTake(i).Should().Be($"{i}");
        }

        tracker.TryTake(1).Should().Be("stuck");
        tracker.Count.Should().Be(0);
    }

    [Fact, Trait("Spec", "PB6")]
    public void A_replaced_item_keeps_its_number_even_when_it_was_overtaken()
    {
        var tracker = Filled("stuck");
        for (ulong i = 2; i <= 100; i++)
        {
            tracker.TryTake(tracker.Add($"{i}"));
        }

        tracker.Replace(1, "gone");

        tracker.TryTake(1).Should().Be("gone");
    }

    [Fact]
    public void An_undone_number_is_given_again()
    {
        var tracker = Filled("a", "b");

        tracker.Undo(2).Should().Be("b");

        tracker.Add("c").Should().Be(2);
        tracker.TryTake(2).Should().Be("c");
    }

    [Fact, Trait("Spec", "PB2")]
    public void A_return_finds_the_oldest_match()
    {
        var tracker = Filled("x1", "y1", "y2");

        tracker.Find('y', static (item, first) => item[0] == first).Should().Be("y1");
        tracker.Find('z', static (item, first) => item[0] == first).Should().BeNull();
    }

    [Fact, Trait("Spec", "PB13")]
    public void It_agrees_with_a_dictionary_whatever_comes()
        => Gen.Select(Gen.Int[1, 9], Step.Array[0, 400]).Sample((window, steps) =>
        {
            var tracker = new ConfirmTracker<string>(window);
            var model = new SortedDictionary<ulong, string>();
            ulong next = 1;
            foreach (var (kind, choice) in steps)
            {
                List<string> taken = [];
                var tag = next == 1 ? 1 : ((ulong)choice % (next + 1)) + 1;
                switch (kind)
                {
                    case <= 4 when model.Count < window:
                        tracker.Add($"{next}:{choice}").Should().Be(next);
                        model.Add(next, $"{next}:{choice}");
                        next++;
                        break;
                    case 5 or 6:
                        var expected = model.Remove(tag, out var item) ? item : null;
                        tracker.TryTake(tag).Should().Be(expected);
                        break;
                    case 7:
                        tracker.TakeUpTo(tag, taken);
                        var upTo = model.Where(pair => pair.Key <= tag).ToList();
                        taken.Should().Equal(upTo.Select(pair => pair.Value));
                        upTo.ForEach(pair => model.Remove(pair.Key));
                        break;
                    case 8 when model.ContainsKey(tag):
                        tracker.Replace(tag, $"{tag}:replaced");
                        model[tag] = $"{tag}:replaced";
                        break;
                    case 9 when model.ContainsKey(next - 1):
                        tracker.Undo(next - 1).Should().Be(model[next - 1]);
                        model.Remove(--next);
                        break;
                }

                tracker.Count.Should().Be(model.Count);
                tracker.Next.Should().Be(next);
                tracker.Find(0, static (_, _) => true).Should().Be(model.Values.FirstOrDefault());
            }
        }, iter: 2000);

    private static ConfirmTracker<string> Filled(params string[] items)
    {
        var tracker = new ConfirmTracker<string>(Math.Max(4, items.Length));
        foreach (var item in items)
        {
            tracker.Add(item);
        }

        return tracker;
    }
}
