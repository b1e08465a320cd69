using Microsoft.Playwright;
using TraceDashboard.Core.Access;
using TraceDashboard.Core.Projects;
using TraceDashboard.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace TraceDashboard.Tests.Browser;

public sealed class PrivacyPageTests(BrowserFixture browser) : IAsyncLifetime
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
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/settings/privacy", width, theme: theme);
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Add a rule" }).ClickAsync();
        await reader.Page.GetByLabel("Expression of rule 1").FillAsync("(");
        await reader.Page.GetByText("Is not a regular expression").WaitForAsync();
        await reader.AssertAccessibleAsync();
        Assert.Equal(width, await reader.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task Rules_are_tried_out_before_they_are_saved_and_hold_then()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/settings/privacy");
        var save = reader.Page.GetByRole(AriaRole.Button, new() { Name = "Save" });
        await Expect(save).ToBeDisabledAsync();
        await reader.Page.GetByLabel("E-mail addresses").CheckAsync();
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Add a rule" }).ClickAsync();
        await reader.Page.GetByLabel("Name of rule 1").FillAsync("employee");
        await reader.Page.GetByLabel("Expression of rule 1").FillAsync("EMP-[0-9]+");
        await reader.Page.GetByLabel("Try it").FillAsync("{\"to\":\"ada@example.com\",\"of\":\"EMP-17 and EMP-18\"}");

        await Expect(reader.Page.GetByLabel("What is stored of it")).ToHaveTextAsync("{\"to\":\"[email]\",\"of\":\"[employee] and [employee]\"}");
        await Expect(reader.Page.Locator(".found .chip")).ToHaveTextAsync(["E-mail addresses 1", "employee 2"]);
        await reader.Page.Locator("input[name=contentDays]").FillAsync("30");
        await reader.Page.GetByText("cannot be undone").WaitForAsync();
        await save.ClickAsync();
        await reader.Page.GetByText("Saved.", new() { Exact = true }).WaitForAsync();

        var settings = await _app.Get<ProjectSettingsStore>().GetAsync(DefaultProject.Id, Cancel);
        Assert.Equal(["email"], settings.Redaction.BuiltIn);
        Assert.Equal(new CustomRule("employee", "EMP-[0-9]+", "[employee]", IgnoreCase: false), Assert.Single(settings.Redaction.Custom));
        Assert.Equal(30, settings.Retention.ContentDays);
        await reader.GoToAsync("/settings/privacy");
        await Expect(reader.Page.GetByLabel("Expression of rule 1")).ToHaveValueAsync("EMP-[0-9]+");
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task Letters_stay_that_are_typed_faster_than_the_server_answers()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/settings/privacy");
        await reader.DelayServerAsync(TimeSpan.FromMilliseconds(150));
        await reader.GoToAsync("/settings/privacy");
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Add a rule" }).ClickAsync();
        (string Label, string Text)[] fields = [("Name of rule 1", "employee"), ("Expression of rule 1", "EMP-[0-9]{6}"), ("Try it", "EMP-123456 and EMP-654321")];
        foreach (var (label, text) in fields)
            await reader.Page.GetByLabel(label).PressSequentiallyAsync(text, new() { Delay = 20 });

        // The answer to the last letter: all others have come before it.
        await Expect(reader.Page.GetByLabel("What is stored of it")).ToHaveTextAsync("[employee] and [employee]");
        foreach (var (label, text) in fields)
            await Expect(reader.Page.GetByLabel(label)).ToHaveValueAsync(text);
    }

    [Fact]
    public async Task What_is_not_right_is_said_at_its_field_and_not_saved()
    {
        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/settings/privacy");
        await reader.Page.Locator("input[name=share]").FillAsync("0");
        await reader.Page.GetByText("Must be a number more than 0 and at most 100.").WaitForAsync();
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        Assert.Equal(ProjectSettings.Default, await _app.Get<ProjectSettingsStore>().GetAsync(DefaultProject.Id, Cancel));

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(reader.Page.Locator("input[name=share]")).ToHaveValueAsync("100");
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task A_span_says_what_of_it_was_cut()
    {
        await _app.Get<ProjectSettingsStore>().SaveAsync(DefaultProject.Id, new ProjectSettings { Limits = new(1_000, null, null) }, Cancel);
        using var content = new StringContent($$"""{"traceId":"t","spanId":"s","name":"call","input":"{{new string('x', 52_345)}}"}""", System.Text.Encoding.UTF8, "application/json");
        using var answer = await _app.Client.PostAsync(new Uri("/api/traces/start", UriKind.Relative), content, Cancel);
        answer.EnsureSuccessStatusCode();

        await using var reader = await BrowserPage.OpenAsync(browser, _app, "/traces/t?span=s");
        await Expect(reader.Page.Locator("[data-panel] p.cut")).ToContainTextAsync("52 345 bytes");
        Assert.Empty(reader.Errors);
    }
}
