namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>Every contract is kept by every backend that must keep it.</summary>
public sealed class ContractCoverage
{
    [Safeguard("Contracts exist", SwitchedOff = "no suite in the contracts assembly")]
    [Fact]
    public void There_are_contracts_for_every_kind_of_backend()
        => Enum.GetValues<Backend>()
            .Where(backend => !ContractMatrix.Suites.Any(suite => ContractFamily.BackendsOf(suite)?.Contains(backend) == true))
            .Select(backend => $"No contract found for {backend}.")
            .ShouldBeNone("an empty matrix checks nothing");

    [Safeguard("Contract × backend", SwitchedOff = "suites without a class for RabbitMQ")]
    [Fact]
    public void Every_contract_runs_against_every_backend_of_its_line_in_the_table()
        => ContractMatrix.Gaps(ContractMatrix.Suites).ShouldBeNone("a rule that a backend could break is run against that backend");

    [Safeguard("Suites with tests", SwitchedOff = "a suite without any")]
    [Fact]
    public void Every_contract_holds_a_test()
        => ContractMatrix.Suites
            .Where(suite => !ContractMatrix.HasTests(suite))
            .Select(suite => $"{Surface.PlainName(suite)} has no test.")
            .ShouldBeNone("an empty suite passes everywhere");

    [Safeguard("The table of families", SwitchedOff = "two of its lines removed")]
    [Fact]
    public void The_table_gives_a_suite_its_backends_by_what_it_asks_of_them()
    {
        ContractFamily.BackendsOf(typeof(BrokerSample<>)).Should().Equal(Backend.InMemory, Backend.RabbitMq);
        ContractFamily.BackendsOf(typeof(DatabaseSample<>)).Should().Equal(Backend.Sqlite, Backend.PostgreSql);
        ContractFamily.BackendsOf(typeof(IdempotencySample<>)).Should().Equal(Backend.InMemory, Backend.Sqlite, Backend.PostgreSql);
        ContractFamily.BackendsOf(typeof(UnknownSample)).Should().BeNull();
    }

    [Safeguard("Gaps are found", SwitchedOff = "the search for a gap inverted")]
    [Fact]
    public void A_gap_names_the_pair()
    {
        ContractMatrix.Gaps([typeof(DatabaseSample<>)]).Should()
            .Equal("DatabaseSample × Sqlite: no test class runs it.", "DatabaseSample × PostgreSql: no test class runs it.");
        ContractMatrix.Gaps([typeof(UnknownSample)]).Should().ContainSingle().Which.Should().Contain("no line of ContractFamily");
        ContractMatrix.HasTests(typeof(UnknownSample)).Should().BeFalse();
    }

    private abstract class TransportBackend;

    private abstract class TestDatabase;

    private interface IIdempotencyBackend;

    private abstract class BrokerSample<TBackend>
        where TBackend : TransportBackend, new();

    private abstract class DatabaseSample<TDatabase>
        where TDatabase : TestDatabase, new();

    private abstract class IdempotencySample<TBackend>
        where TBackend : IIdempotencyBackend, new();

    private abstract class UnknownSample;
}
