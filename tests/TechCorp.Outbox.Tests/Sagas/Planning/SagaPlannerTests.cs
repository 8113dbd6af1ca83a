using CsCheck;

namespace TechCorp.Outbox.Tests;

public sealed class SagaPlannerTests
{
    private static readonly Backoff Backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8));

    [Fact]
    public void Waits_double_up_to_the_cap()
        => Enumerable.Range(1, 6).Select(n => Backoff.After(n).TotalSeconds).Should().Equal(1, 2, 4, 8, 8, 8);

    [Fact]
    public void A_wait_of_the_millionth_attempt_is_the_cap() => Backoff.After(1_000_000).Should().Be(TimeSpan.FromSeconds(8));

    [Fact, Trait("Spec", "SG3")]
    public void A_crash_in_the_last_attempt_gives_one_more_and_a_second_one_turns_back()
    {
        var rules = Rules(new StepRules("a", SagaStepKind.Compensatable, true, false, 1, Backoff));
        var begun = SagaPlanner.Begin(rules).Progress;

        var again = SagaPlanner.Resume(rules, begun, deadlinePassed: false);
        var back = SagaPlanner.Resume(rules, again.Progress, deadlinePassed: false);

        again.Move.Should().Be(SagaMove.Act);
        back.Move.Should().Be(SagaMove.Undo);
    }

    [Fact]
    public void A_rejection_of_a_retriable_step_is_retried()
    {
        var rules = Rules(new StepRules("a", SagaStepKind.Compensatable, true, false, 5, Backoff),
            new StepRules("b", SagaStepKind.Retriable, false, false, 5, Backoff));
        var first = SagaPlanner.ActionEnded(rules, SagaPlanner.Begin(rules).Progress, 0, StepOutcome.Success(), false);

        var plan = SagaPlanner.ActionEnded(rules, first.Progress, 1, StepOutcome.Rejected("No."), false);

        plan.Move.Should().Be(SagaMove.Wait);
        plan.Progress.IsUndoing.Should().BeFalse();
    }

    [Fact]
    public void A_rejected_pivot_turns_back_and_an_unknown_one_does_not()
    {
        var rules = Rules(new StepRules("a", SagaStepKind.Compensatable, true, false, 5, Backoff),
            new StepRules("p", SagaStepKind.Pivot, false, false, 1, Backoff));
        var first = SagaPlanner.ActionEnded(rules, SagaPlanner.Begin(rules).Progress, 0, StepOutcome.Success(), false);

        SagaPlanner.ActionEnded(rules, first.Progress, 1, StepOutcome.Rejected("No."), false).Move.Should().Be(SagaMove.Undo);
        SagaPlanner.ActionEnded(rules, first.Progress, 1, StepOutcome.Unknown("?"), deadlinePassed: true).Move.Should().Be(SagaMove.Wait);
    }

    [Fact]
    public void A_local_step_that_was_begun_when_the_deadline_passes_is_not_undone()
    {
        var rules = Rules(new StepRules("a", SagaStepKind.Local, true, false, 5, Backoff));

        var plan = SagaPlanner.Resume(rules, SagaPlanner.Begin(rules).Progress, deadlinePassed: true);

        plan.Move.Should().Be(SagaMove.Stop);
        plan.Progress.Status.Should().Be(SagaStatus.Compensated);
    }

    [Fact]
    public void An_attempt_is_reverted_once_however_often_it_is_reported_as_pending()
    {
        var rules = Rules(new StepRules("a", SagaStepKind.Compensatable, true, false, 5, Backoff));
        var pending = StepOutcome.Pending(TimeSpan.FromSeconds(1), "Later.");
        var progress = SagaPlanner.Begin(rules).Progress;
        for (var i = 0; i < 3; i++)
        {
            progress = SagaPlanner.Reported(rules, progress, 0, pending, deadlinePassed: false)!.Progress;
            progress.Steps[0].Attempt.Should().Be(0);
        }
    }

    /// <summary>The planner against an oracle of effects: whatever answers come, whenever the process dies, nothing is left half done.</summary>
    [Fact, Trait("Spec", "SG6")]
    public void Every_run_ends_with_all_effects_or_none()
        => Gen.Select(Gen.Int[1, 5], Gen.Int[0, 5], Gen.Bool, Gen.Int[0, 9].Array[400])
            .Sample((steps, noReturn, pivot, dice) => Run(steps, noReturn, pivot, dice), iter: 5000);

    private static void Run(int count, int noReturn, bool pivot, int[] dice)
    {
        var rules = Rules([.. Enumerable.Range(0, count).Select(i => new StepRules(
            $"s{i}", i < noReturn ? SagaStepKind.Compensatable : i == noReturn && pivot ? SagaStepKind.Pivot : SagaStepKind.Retriable, i < noReturn, i % 2 == 0,
            3, Backoff))]);
        var effects = new bool[count];
        var order = new List<int>();
        var plan = SagaPlanner.Begin(rules);
        for (var turn = 0; !plan.Progress.IsFinal; turn++)
        {
            // After the dice have been thrown everything works, so that every run ends.
            var die = turn < dice.Length ? dice[turn] : 0;
            var progress = plan.Progress;
            progress.Steps.Count(s => s.Compensation == CompensationState.Started).Should().BeLessThanOrEqualTo(1, "one at a time");
            plan = plan.Move switch
            {
                SagaMove.Act => Act(plan, die),
                SagaMove.Query
                    => SagaPlanner.QueryEnded(rules, progress, plan.Ordinal, effects[plan.Ordinal] ? StepOutcome.Success() : StepOutcome.Unknown("?"), false),
                SagaMove.Undo => Undo(plan, die),
                SagaMove.Wait => SagaPlanner.Resume(rules, progress, die == 9 && progress.CurrentOrdinal < noReturn),
                _ => SagaPlanner.RetryNow(rules, progress, false)!,
            };
            turn.Should().BeLessThan(5000);
        }

        effects.Should().OnlyContain(e => e == (plan.Progress.Status == SagaStatus.Completed));
        order.Should().BeInDescendingOrder("what is done last is undone first");

        SagaPlan Act(SagaPlan now, int die)
        {
            now.Progress.IsUndoing.Should().BeFalse("it never goes forward again");
            var (progress, i) = (now.Progress, now.Ordinal);
            switch (die)
            {
                case < 5:
                    effects[i] = true;
                    return SagaPlanner.ActionEnded(rules, progress, i, StepOutcome.Success(), false);
                case 5 when rules.CanBeRejected(i) && !effects[i]:
                    return SagaPlanner.ActionEnded(rules, progress, i, StepOutcome.Rejected("No."), false);
                case 6:
                    return SagaPlanner.ActionEnded(rules, progress, i, StepOutcome.Pending(TimeSpan.FromSeconds(1), "Later."), false);
                case 7:
                    effects[i] = true;
                    return SagaPlanner.ActionEnded(rules, progress, i, StepOutcome.Unknown("Reply lost."), false);
                case 8:
                    effects[i] = true;
                    return SagaPlanner.Resume(rules, progress, false); // died after the effect
                default:
                    return SagaPlanner.ActionEnded(rules, progress, i, StepOutcome.Unknown("Request lost."), false);
            }
        }

        SagaPlan Undo(SagaPlan now, int die)
        {
            var (progress, i) = (now.Progress, now.Ordinal);
            if (die is < 7)
            {
                effects[i] = false;
                order.Add(i);
                return CompensationPlanner.Ended(rules, progress, i, StepOutcome.Success());
            }

            return die == 7 ? SagaPlanner.Resume(rules, progress, false) : CompensationPlanner.Ended(rules, progress, i, StepOutcome.Unknown("Away."));
        }
    }

    private static SagaRules Rules(params StepRules[] steps)
        => new([.. steps], CompensationAttempts: 3, Backoff, StuckCompensationBehavior.Stop, AlarmAfterAttempts: 10);
}
