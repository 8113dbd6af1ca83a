using System.Data;
using Dapper;

namespace TechCorp.Outbox;

/// <summary>An array that stays one parameter: Dapper would make a list of parameters of it wherever it does not recognise the driver.</summary>
internal sealed class ArrayParameter(Array values) : SqlMapper.ICustomQueryParameter
{
    public void AddParameter(IDbCommand command, string name)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = values;
        command.Parameters.Add(parameter);
    }
}
