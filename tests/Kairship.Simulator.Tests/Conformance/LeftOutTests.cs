using Kairship.Testing;

namespace Kairship.Simulator.Tests.Conformance;

/// <summary>What the simulator's README says is left out answers as it says there, and never something false.</summary>
public sealed class LeftOutTests(SimulatedServer server)
{
    private const string Accepting = " accepting ";

    public static TheoryData<string> Lines { get; } =
    [
        .. File.ReadLines(SharedFiles.Own("src", "Kairship.Simulator", "README.md")).Select(l => l.Trim())
            .Where(l => l.StartsWith("40", StringComparison.Ordinal) || l.StartsWith("501 ", StringComparison.Ordinal)),
    ];

    [Fact]
    public void Readme_ListsWhatIsLeftOut() => Lines.Count.Should().BeGreaterThan(20);

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task LeftOut_AskedFor_AnswersAsTheReadmeSays(string line)
    {
        var ct = TestContext.Current.CancellationToken;
        await server.StartAsync();
        var (request, accept) = line.Split(Accepting) is [var before, var media] ? (before, media) : (line, null);
        var words = request.Split(' ');
        using var message = new HttpRequestMessage(new HttpMethod(words[1]), words[2]);
        if (accept is not null)
        {
            message.Headers.TryAddWithoutValidation("Accept", accept);
        }

        var reply = await Reply.OfAsync(await server.Http.SendAsync(message, ct), ct);

        reply.Code.Should().Be(int.Parse(words[0]), reply.Text);
    }
}
