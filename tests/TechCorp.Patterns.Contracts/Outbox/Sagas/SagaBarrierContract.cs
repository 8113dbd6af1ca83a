using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>Null compensation, dangling action, duplicates: the double-run law for a participant.</summary>
public abstract class SagaBarrierContract<TDatabase> : DatabaseContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private SagaBarrier Barrier => new(Db.Database, Db.Time);

    [Fact, Trait("Spec", "SG3")]
    public async Task An_action_may_have_its_effect_once()
    {
        (await ActAsync()).Should().Be(BarrierEntry.Proceed);
        (await ActAsync()).Should().Be(BarrierEntry.Duplicate);
    }

    [Fact, Trait("Spec", "SG13")]
    public async Task A_compensation_may_undo_once()
    {
        await ActAsync();
        (await UndoAsync()).Should().Be(BarrierEntry.Proceed);
        (await UndoAsync()).Should().Be(BarrierEntry.Duplicate);
    }

    [Fact, Trait("Spec", "SG7")]
    public async Task A_compensation_without_an_action_undoes_nothing()
    {
        (await UndoAsync()).Should().Be(BarrierEntry.EmptyCompensation);
        (await UndoAsync()).Should().Be(BarrierEntry.Duplicate);
    }

    [Fact, Trait("Spec", "SG8")]
    public async Task An_action_after_its_compensation_is_dangling()
    {
        await UndoAsync();
        (await ActAsync()).Should().Be(BarrierEntry.DanglingAction);
    }

    [Fact, Trait("Spec", "SG8")]
    public async Task A_repeated_action_after_its_compensation_is_dangling_too()
    {
        await ActAsync();
        await UndoAsync();
        (await ActAsync()).Should().Be(BarrierEntry.DanglingAction);
    }

    [Fact]
    public async Task An_action_that_was_rolled_back_never_was()
    {
        await using (var write = await Db.Database.BeginWriteAsync(cancellationToken: Cancel))
        {
            await Barrier.EnterActionAsync(write.Transaction, "k", Cancel);
        }

        (await UndoAsync()).Should().Be(BarrierEntry.EmptyCompensation);
    }

    [Fact]
    public async Task Marks_are_purged_in_bounded_batches_once_they_are_old()
    {
        await UndoAsync();
        (await Barrier.PurgeAsync(TimeSpan.FromDays(1), cancellationToken: Cancel)).Should().Be(0);
        await Db.AgeAsync(TimeSpan.FromDays(2));
        (await Barrier.PurgeAsync(TimeSpan.FromDays(1), limit: 1, cancellationToken: Cancel)).Should().Be(1);
        (await Barrier.PurgeAsync(TimeSpan.FromDays(1), cancellationToken: Cancel)).Should().Be(1);
    }

    private async Task<BarrierEntry> ActAsync()
    {
        await using var write = await Db.Database.BeginWriteAsync(cancellationToken: Cancel);
        var entry = await Barrier.EnterActionAsync(write.Transaction, "k", Cancel);
        await write.CommitAsync(Cancel);
        return entry;
    }

    private async Task<BarrierEntry> UndoAsync()
    {
        await using var write = await Db.Database.BeginWriteAsync(cancellationToken: Cancel);
        var entry = await Barrier.EnterCompensationAsync(write.Transaction, "k", Cancel);
        await write.CommitAsync(Cancel);
        return entry;
    }
}
