using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

public sealed class SqliteOwnershipContract : OwnershipContract<SqliteDatabase>
{
    protected override Task DepriveAsync()
    {
        Db.Time.Advance(Options.LeaseDuration + TimeSpan.FromSeconds(1));
        return Task.CompletedTask;
    }

    [Fact, Trait("Spec", "RL12")]
    public async Task A_later_owner_has_a_higher_epoch()
    {
        await RunAsync();
        await DepriveAsync();
        var successor = NewPass();
        await successor.RunAsync(Cancel);

        successor.Ownership.Owned[0].Epoch.Should().BeGreaterThan(Pass.Ownership.Owned[0].Epoch);
    }

    [Fact]
    public async Task The_lease_of_a_process_that_has_died_is_taken_at_once()
    {
        await RunAsync();
        await Db.ExecuteAsync("update {outbox_lease} set owner = @dead", new { dead = $"{Environment.MachineName}|{int.MaxValue}|0|x" });

        (await NewPass().RunAsync(Cancel)).Owned.Should().Be(32);
    }

    [Fact]
    public async Task The_lease_of_a_process_on_another_machine_is_waited_for()
    {
        await RunAsync();
        await Db.ExecuteAsync("update {outbox_lease} set owner = 'elsewhere|1|0|x'");

        (await NewPass().RunAsync(Cancel)).Owned.Should().Be(0);
    }
}
