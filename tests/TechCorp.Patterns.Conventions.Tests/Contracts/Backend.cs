namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>A thing that keeps a contract: a broker or a database. The name of a test class, or of the backend class that it uses, starts with it.</summary>
internal enum Backend
{
    InMemory,
    RabbitMq,
    Sqlite,
    PostgreSql,
}
