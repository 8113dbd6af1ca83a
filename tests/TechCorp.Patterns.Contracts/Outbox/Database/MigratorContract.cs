using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>The tables are created once, whichever process starts first, and are never migrated back.</summary>
public abstract class MigratorContract<TDatabase> : DatabaseContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    public override ValueTask InitializeAsync() => Db.InitializeAsync();

    private SchemaMigrator Migrator => new(Db.Database, Db.Time);

    [Fact]
    public async Task A_new_database_gets_every_file_once()
    {
        (await Migrator.MigrateAsync(Cancel)).Should().BeGreaterThan(0);

        (await Migrator.MigrateAsync(Cancel)).Should().Be(0);
        (await Db.QueryAsync<int>("select version from {schema_version} order by version")).Should().StartWith([1]).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Concurrent_starts_apply_each_file_once()
    {
        var applied = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => Task.Run(() => new SchemaMigrator(new OutboxDatabase(Db.OpenAnotherDataSource(), Db.Database.Dialect, Db.Database.Schema), Db.Time)
                .MigrateAsync(Cancel), Cancel)));

        applied.Where(count => count > 0).Should().ContainSingle();
    }

    [Fact]
    public async Task A_newer_schema_is_refused_with_both_versions_and_what_to_do()
    {
        await Migrator.MigrateAsync(Cancel);
        await Db.ExecuteAsync($"insert into {{schema_version}} (version, name, applied_at) select 9999, 'tomorrow', applied_at from "
            + $"{{schema_version}} where version = 1");

        var error = (await Migrator.Invoking(m => m.MigrateAsync(Cancel)).Should().ThrowAsync<SchemaVersionException>()).Which;

        error.DatabaseVersion.Should().Be(9999);
        error.CodeVersion.Should().Be(Migrator.CodeVersion);
        error.Message.Should().Contain("9999").And.Contain("Deploy");
        await Migrator.Invoking(m => m.CheckAsync(Cancel)).Should().ThrowAsync<SchemaVersionException>();
    }

    [Fact]
    public async Task Checking_without_tables_says_how_to_get_them()
    {
        (await Migrator.Invoking(m => m.CheckAsync(Cancel)).Should().ThrowAsync<SchemaVersionException>()).Which.Message.Should().Contain("MigrateAsync");

        await Migrator.MigrateAsync(Cancel);
        await Migrator.Invoking(m => m.CheckAsync(Cancel)).Should().NotThrowAsync();
    }

    [Fact]
    public async Task The_exported_text_is_what_the_migrator_would_have_done()
    {
        await Db.ExecuteAsync(Migrator.Export());

        await Migrator.Invoking(m => m.CheckAsync(Cancel)).Should().NotThrowAsync();
        (await Migrator.MigrateAsync(Cancel)).Should().Be(0);
    }

    [Fact]
    public async Task A_file_that_fails_leaves_nothing_behind()
    {
        SchemaScript[] scripts = [.. SchemaScript.Of(Db.Database.Dialect), new(9000, "broken", "create table {schema}_half (x integer); this is no sql;")];

        await new SchemaMigrator(Db.Database, scripts, Db.Time).Invoking(m => m.MigrateAsync(Cancel)).Should().ThrowAsync<System.Data.Common.DbException>();

        (await Migrator.MigrateAsync(Cancel)).Should().BeGreaterThan(0, "the first files were rolled back with the broken one");
    }
}
