namespace TechCorp.Outbox;

/// <content>What the saga store and the barrier say.</content>
public abstract partial class SqlDialect
{
    internal abstract SagaSql Sagas(string schema);

    internal abstract BarrierSql Barrier(string schema);
}
