using System.Collections;
using System.Data;
using Dapper;

namespace TechCorp.Outbox;

/// <summary>Named parameters passed on as they are: Dapper would make a list of parameters of an array wherever it does not recognize the driver.</summary>
internal sealed class SqlParameters : SqlMapper.IDynamicParameters, IEnumerable
{
    private readonly List<(string Name, object? Value)> _values = [];

    internal void Add(string name, object? value) => _values.Add((name, value));

    public void AddParameters(IDbCommand command, SqlMapper.Identity identity) => AddTo(command);

    internal void AddTo(IDbCommand command)
    {
        foreach (var (name, value) in _values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }
    }

    public IEnumerator GetEnumerator() => _values.GetEnumerator();
}
