using System.Globalization;

namespace TechCorp.Outbox.Tests;

/// <summary>Statements are the same under every culture: in Swedish, Finnish, Norwegian, Persian and Hebrew the minus sign is another character.</summary>
public sealed class CultureTests
{
    [Safeguard("Numbers in the text of a statement do not depend on the culture", SwitchedOff = "`LockClassLiteral` formats by the current culture")]
    [Fact]
    public void The_statements_of_the_idempotency_store_know_only_the_minus_sign_of_SQL()
    {
        var schema = Enumerable.Range(0, 100).Select(i => $"s{i}").First(name => PostgreSqlDialect.LockClass(name, "idempotency") < 0);
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NegativeSign = "\u2212";
        var expected = new PostgreSqlIdempotencySql(schema);
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = culture;
        try
        {
            var sql = new PostgreSqlIdempotencySql(schema);

            (sql.Open, sql.IsOpen, sql.Bound).Should().Be((expected.Open, expected.IsOpen, expected.Bound));
            sql.Open.Should().Contain("(-");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
