using System.Text;
using Microsoft.Playwright;
using TraceDashboard.Core.Analytics;
using TraceDashboard.Core.Prices;
using TraceDashboard.Core.Pricing;
using TraceDashboard.Core.Projects;
using TraceDashboard.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace TraceDashboard.Tests.Browser;

public sealed class ModelsPageTests(BrowserFixture browser) : IAsyncLifetime
{
    private TestApp _app = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await TestApp.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(375, ColorScheme.Dark)]
    public async Task Everybody_can_use_the_page(int width, ColorScheme theme)
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/settings/models", width, theme: theme);
        await reader.Page.GetByText("No calls of a model").WaitForAsync();
        await reader.AssertAccessibleAsync();

        await CallAsync("t1", "acme-chat-1");
        await CallAsync("t2", "gpt-4o");
        await _app.Get<ModelPriceManager>().AddAsync(
            DefaultProject.Id, new ModelPriceDraft("acme-embed-*", ModelMatch.Glob, "acme", default, new PriceTable { Input = 0.02m, LongContext = [new() { Over = 8_000, Input = 0.04m }] }), Cancel);
        await Expect(Rows(reader)).ToHaveCountAsync(2);
        await Expect(Rows(reader).First).ToContainTextAsync("acme-chat-1");
        await reader.Page.Locator("[data-own-price] summary").ClickAsync();
        await reader.Page.GetByLabel("Model of the call").FillAsync("azure/gpt-4o-2024-08-06");
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
        await Expect(reader.Page.Locator(".answer")).ToContainTextAsync("The catalogue's price of");
        await reader.AssertAccessibleAsync();
        Assert.Equal(width, await reader.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Change the price of acme-embed-*" }).ClickAsync();
        await reader.Page.GetByRole(AriaRole.Dialog).WaitForAsync();
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Batch, priority, flex" }).ClickAsync();
        await reader.AssertAccessibleAsync();
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task Letters_of_a_model_stay_that_are_typed_faster_than_the_server_answers()
    {
        await CallAsync("t1", "acme-chat-large");
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/settings/models");
        await reader.DelayServerAsync(TimeSpan.FromMilliseconds(150));
        await reader.GoToAsync("/settings/models");
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Set a price" }).ClickAsync();
        var dialog = reader.Page.GetByRole(AriaRole.Dialog);
        var model = dialog.GetByLabel("Model");
        await model.PressSequentiallyAsync("acme-chat-large", new() { Delay = 20 });

        // Said of the whole name only, and so the answer to the last letter.
        await Expect(dialog.GetByRole(AriaRole.Status)).ToContainTextAsync("About 1 stored call");
        await Expect(model).ToHaveValueAsync("acme-chat-large");
    }

    [Fact]
    public async Task An_unpriced_model_gets_a_price_and_its_cost_appears_on_the_open_trace()
    {
        await CallAsync("t1", "acme-chat-1");
        await using var trace = await BrowserPage.OpenAsync(browser, _app, "/traces/t1");
        await trace.Page.Locator("[role=treeitem], [data-row]").First.WaitForAsync();
        await trace.GoToAsync($"/traces/t1?span={await SpanIdAsync("t1")}");
        await Expect(trace.Page.GetByLabel("Cost", new() { Exact = true })).ToContainTextAsync("No price is known for “acme-chat-1”");

        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/traces");
        await reader.Page.Keyboard.PressAsync("g");
        await reader.Page.Keyboard.PressAsync("m");
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Set price acme-chat-1" }).ClickAsync();
        var dialog = reader.Page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByLabel("Model")).ToHaveValueAsync("acme-chat-1");
        await Expect(dialog.GetByRole(AriaRole.Status)).ToContainTextAsync("About 1 stored call, all without a price so far");
        var save = dialog.GetByRole(AriaRole.Button, new() { Name = "Set the price" });
        await dialog.GetByLabel("Input, Standard").FillAsync("a dollar");
        await save.ClickAsync();
        await Expect(dialog.GetByText("is not a number")).ToBeVisibleAsync();
        await dialog.GetByLabel("Input, Standard").FillAsync("0.5");
        await dialog.GetByLabel("Output, Standard").FillAsync("2");
        await dialog.GetByLabel("Output, Standard").PressAsync("Enter");
        await Expect(dialog).ToBeHiddenAsync();

        // 1 000 × 0.5 + 100 × 2 millionths.
        await Expect(reader.Page.Locator("[data-repricing=Done]")).ToContainTextAsync("1 has another cost");
        await Expect(Rows(reader).First.Locator(".cost")).ToHaveTextAsync("$0.00070");
        await Expect(Rows(reader).First).ToContainTextAsync("yours, for all time");
        var ledger = trace.Page.GetByLabel("Cost", new() { Exact = true });
        await Expect(ledger.Locator(".sum")).ToContainTextAsync("0.0007");
        await Expect(ledger).ToContainTextAsync("yours, for all time");
        await Expect(ledger).ToContainTextAsync("matched by your price for “acme-chat-1” at acme");

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "End the price of acme-chat-1" }).ClickAsync();
        await dialog.GetByText("at all, as if it had never been").ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "End the price" }).ClickAsync();
        await Expect(Rows(reader).First.Locator(".cost")).ToHaveTextAsync("—");
        await Expect(ledger).ToContainTextAsync("No price is known");
        Assert.Empty(reader.Errors);
        Assert.Empty(trace.Errors);
    }

    private static ILocator Rows(BrowserPage reader) => reader.Page.Locator("[role=row][data-row-box]");

    private async Task CallAsync(string traceId, string model)
    {
        await PostAsync("/api/traces/start", $$"""{ "traceId": "{{traceId}}", "name": "chat", "kind": "generation", "modelProvider": "acme", "model": "{{model}}" }""");
        await PostAsync($"/api/traces/{traceId}/complete", """{ "usage": { "inputTokens": 1000, "outputTokens": 100 } }""");
        await _app.Get<RollupRefresher>().CatchUpAsync(Cancel);
    }

    private async Task<string> SpanIdAsync(string traceId) =>
        System.Text.Json.Nodes.JsonNode.Parse(await _app.Client.GetStringAsync(new Uri($"/api/traces/{traceId}", UriKind.Relative), Cancel))!["spans"]![0]!["spanId"]!.GetValue<string>();

    private async Task PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _app.Client.PostAsync(new Uri(path, UriKind.Relative), content, Cancel);
        response.EnsureSuccessStatusCode();
    }
}
