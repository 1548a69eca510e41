using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Kairship.Server.Tests.Elsa;

/// <summary>Every recorded request, made to a server of ours that holds the same: the answer has the same shape.</summary>
public sealed class RecordedTrafficTests(ContractWorld world) : IClassFixture<ContractWorld>
{
    public static TheoryData<string> Requests => [.. RecordedTraffic.All.Values.Where(e => !e.IsHubFrame).Select(e => e.Name)];

    public static TheoryData<string> HubFrames => [.. RecordedTraffic.All.Values.Where(e => e.IsHubFrame).Select(e => e.Name)];

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Answer_OfRecordedRequest_HasRecordedShape(string exchange)
    {
        var recorded = RecordedTraffic.All[exchange];
        var request = await world.AsOursAsync(recorded);

        using var answer = await SendAsync(request, request.Path + request.Query);

        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        ((int)answer.StatusCode).Should().Be(recorded.Status, body);
        if (recorded.Response is null)
        {
            body.Should().BeEmpty();
            return;
        }

        answer.Content.Headers.ContentType?.MediaType.Should().Be(recorded.ContentType?.Split(';')[0]);
        if (recorded.Response is JsonValue)
        {
            body.Should().NotBeEmpty();
            return;
        }

        var differences = JsonShape.Differences(recorded.Response, JsonNode.Parse(body), exchange);
        differences.Should().BeEmpty("{0}\n{1}", string.Join('\n', differences), body.Length > 6000 ? body[..6000] : body);
    }

    /// <summary>Long polling, as the recorded browser did where it had no web sockets: each frame in a connection of its own.</summary>
    [Theory]
    [MemberData(nameof(HubFrames))]
    public async Task Frame_OfRecordedHub_IsTaken(string exchange)
    {
        var recorded = RecordedTraffic.All[exchange];
        using var negotiated = await world.Http.PostAsync("/elsa/hubs/workflow-instance/negotiate?negotiateVersion=1", null, TestContext.Current.CancellationToken);
        negotiated.IsSuccessStatusCode.Should().BeTrue();
        var connection = JsonNode.Parse(await negotiated.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["connectionToken"]!.GetValue<string>();
        var address = $"{recorded.Path}?id={connection}";
        if (recorded.Method != "GET")
        {
            using var poll = await world.Http.GetAsync(address, TestContext.Current.CancellationToken);
            poll.IsSuccessStatusCode.Should().BeTrue();
        }

        using var answer = await SendAsync(recorded, address);

        ((int)answer.StatusCode).Should().Be(recorded.Status);
    }

    [Fact]
    public void Traffic_IsAllCovered() =>
        (Requests.Count + HubFrames.Count).Should().Be(RecordedTraffic.All.Count).And.BeGreaterThan(50);

    private async Task<HttpResponseMessage> SendAsync(RecordedExchange exchange, string address)
    {
        using var message = new HttpRequestMessage(new HttpMethod(exchange.Method), address);
        message.Content = exchange.Request switch
        {
            null => null,
            JsonValue text when text.TryGetValue<string>(out var frame) => new StringContent(frame),
            var json => JsonContent.Create(json),
        };
        return await world.Http.SendAsync(message, TestContext.Current.CancellationToken);
    }
}
