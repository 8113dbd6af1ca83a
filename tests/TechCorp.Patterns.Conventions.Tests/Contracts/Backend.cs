namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>A thing that keeps a contract: a broker or a database. Classes name it at the start of the backend's or of their own name.</summary>
internal enum Backend
{
    InMemory,
    RabbitMq,
    Sqlite,
    PostgreSql,
}
