namespace Kairship.Simulator.Tests.Schema;

public sealed class KubernetesTypesTests
{
    /// <summary>Set KAIRSHIP_WRITE_TYPES to the path of kubernetes-types.txt to write it anew from the client's models.</summary>
    [Fact]
    public void KubernetesTypes_HoldEveryFieldOfTheClientsModels()
    {
        var expected = ClientModelTypes.Lines();
        if (Environment.GetEnvironmentVariable("KAIRSHIP_WRITE_TYPES") is { Length: > 0 } path)
            File.WriteAllLines(path, expected);
        using var stream = typeof(Kairship.Simulator.Objects.ObjectStore).Assembly.GetManifestResourceStream("kubernetes-types.txt")!;
        using var reader = new StreamReader(stream);
        reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal(expected);
    }
}
