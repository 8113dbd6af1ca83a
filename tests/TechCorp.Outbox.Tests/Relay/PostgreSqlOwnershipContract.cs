using TechCorp.Patterns.Contracts;

namespace TechCorp.Outbox.Tests;

public sealed class PostgreSqlOwnershipContract : OwnershipContract<PostgreSqlDatabase>
{
    // The session ends on the server, as by idle_session_timeout or a cut link; the relay does not know yet.
    protected override async Task DepriveAsync()
    {
        await Db.ExecuteAsync("select pg_terminate_backend(l.pid) from pg_locks l where l.locktype = 'advisory' and l.objsubid = 2 and l.classid = "
            + "@class::bigint::oid and l.objid = 0", new { @class = (long)(uint)PostgreSqlDialect.LockClass(Db.Database.Schema, "relay") });
        await Eventually.Holds(
            async () => await Db.ScalarAsync<long>("select count(*) from pg_locks where locktype = 'advisory' and classid = @class::bigint::oid",
                new { @class = (long)(uint)PostgreSqlDialect.LockClass(Db.Database.Schema, "relay") }) == 0,
            "the server has ended the session");
    }
}
